package provider

import (
	"context"
	"sync"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

// Host is the engine as a plugin sees it: a place for messages. It connects at the first message.
type Host struct {
	address string
	once    sync.Once
	engine  pulumirpc.EngineClient
}

func (host *Host) client() pulumirpc.EngineClient {
	host.once.Do(func() {
		if host.address == "" {
			return
		}
		connection, err := grpc.NewClient(host.address, grpc.WithTransportCredentials(insecure.NewCredentials()))
		if err == nil {
			host.engine = pulumirpc.NewEngineClient(connection)
		}
	})
	return host.engine
}

// Status shows a resource's progress beside it, for the moment. A message that cannot be delivered is dropped:
// progress is no reason to fail.
func (host *Host) Status(ctx context.Context, urn, message string) {
	host.log(ctx, pulumirpc.LogSeverity_INFO, urn, message, true)
}

// Warn writes a warning that stays.
func (host *Host) Warn(ctx context.Context, urn, message string) {
	host.log(ctx, pulumirpc.LogSeverity_WARNING, urn, message, false)
}

func (host *Host) log(ctx context.Context, severity pulumirpc.LogSeverity, urn, message string, ephemeral bool) {
	if engine := host.client(); engine != nil {
		_, _ = engine.Log(ctx, &pulumirpc.LogRequest{Severity: severity, Urn: urn, Message: message, Ephemeral: ephemeral})
	}
}
