package provider

import (
	"context"
	"fmt"
	"net"
	"os"
	"runtime/debug"
	"strings"
	"time"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
)

// maxMessageBytes is what the engine itself allows for one message (400 MiB).
const maxMessageBytes = 400 << 20

// parentCheckInterval is how often an orphan looks whether the engine still lives.
const parentCheckInterval = time.Second

// Base answers what the lab's stand-ins have in common. Embed it in the server; what neither implements is answered
// with the protocol's "unimplemented", which the engine takes as an older plugin's answer.
type Base struct {
	pulumirpc.UnimplementedResourceProviderServer
	Name, Version string
}

// GetPluginInfo gives the version of the official plugin that this one stands in for.
func (base *Base) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: base.Version}, nil
}

// GetSchema answers a schema without resources: SDKs are not generated from a stand-in.
func (base *Base) GetSchema(context.Context, *pulumirpc.GetSchemaRequest) (*pulumirpc.GetSchemaResponse, error) {
	return &pulumirpc.GetSchemaResponse{Schema: fmt.Sprintf(`{"name":%q,"version":%q}`, base.Name, base.Version)}, nil
}

// Invoke refuses every function.
func (base *Base) Invoke(_ context.Context, request *pulumirpc.InvokeRequest) (*pulumirpc.InvokeResponse, error) {
	return nil, base.Refuse("the function "+request.GetTok(), "no function")
}

// Call refuses every method.
func (base *Base) Call(_ context.Context, request *pulumirpc.CallRequest) (*pulumirpc.CallResponse, error) {
	return nil, base.Refuse("the method "+request.GetTok(), "no method")
}

// Construct refuses every component.
func (base *Base) Construct(_ context.Context, request *pulumirpc.ConstructRequest) (*pulumirpc.ConstructResponse, error) {
	return nil, base.Refuse("the component "+request.GetType(), "no component")
}

// Refuse is the error for what the stand-in cannot do: what was asked, and what it knows instead.
func (base *Base) Refuse(asked, known string) error {
	return status.Errorf(codes.Unimplemented,
		"the lab's stand-in for the Pulumi provider %[1]s does not know %[2]s; it knows %[3]s. "+
			"Install the official plugin: pulumi plugin install resource %[1]s %[4]s",
		base.Name, asked, known, base.Version)
}

// Main runs a provider plugin as the engine expects it: listen on a free loopback port, print the port, serve until
// the engine is gone. The last argument that is no flag is the engine's address.
func Main(name string, create func(host *Host) pulumirpc.ResourceProviderServer) {
	if err := serve(create); err != nil {
		fmt.Fprintf(os.Stderr, "pulumi-resource-%s: %v\n", name, err)
		os.Exit(1)
	}
}

func serve(create func(host *Host) pulumirpc.ResourceProviderServer) error {
	host := &Host{address: engineAddress(os.Args[1:])}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := grpc.NewServer(grpc.UnaryInterceptor(survive),
		grpc.MaxRecvMsgSize(maxMessageBytes), grpc.MaxSendMsgSize(maxMessageBytes))
	pulumirpc.RegisterResourceProviderServer(server, create(host))
	go stopWithParent(server, os.Getppid())
	fmt.Printf("%d\n", listener.Addr().(*net.TCPAddr).Port)
	return server.Serve(listener)
}

// A panic fails one resource, not the whole run. Its stack goes to standard error, which the engine shows.
func survive(
	ctx context.Context, request any, call *grpc.UnaryServerInfo, handler grpc.UnaryHandler,
) (response any, err error) {
	defer func() {
		if problem := recover(); problem != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n%s", call.FullMethod, problem, debug.Stack())
			err = status.Errorf(codes.Internal, "the lab's stand-in for a provider plugin has a bug: %v", problem)
		}
	}()
	return handler(ctx, request)
}

func engineAddress(arguments []string) string {
	address := ""
	for _, argument := range arguments {
		if !strings.HasPrefix(argument, "-") {
			address = argument
		}
	}
	return address
}

// A killed engine cannot stop its plugins: a plugin whose parent changed stops itself.
func stopWithParent(server *grpc.Server, parent int) {
	for os.Getppid() == parent {
		time.Sleep(parentCheckInterval)
	}
	server.Stop()
}
