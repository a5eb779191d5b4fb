package main

import (
	"context"
	"strings"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/proto"

	"isthmus.lab/tools/core/provider"
)

// What the official plugin (v4.32, provider.go and helm_release.go) does for a cluster that refuses connections.

var unreachableResources = map[string]string{
	"object":  "urn:pulumi:s::p::kubernetes:core/v1:ConfigMap::settings",
	"release": "urn:pulumi:s::p::kubernetes:helm.sh/v3:Release::istiod",
}

func unreachable(t *testing.T, enabled string) *server {
	t.Helper()
	server := newServer(&provider.Host{})
	variables := map[string]string{
		"kubernetes:config:kubeconfig": kubeconfig("https://127.0.0.1:1", "a"), "kubernetes:config:" + enabled: "true",
	}
	if _, err := server.Configure(context.Background(), &pulumirpc.ConfigureRequest{Variables: variables}); err != nil {
		t.Fatal(err)
	}
	return server
}

func TestAnUnreachableClusterThatIsSkippedIsLeftAsItWas(t *testing.T) {
	server, ctx := unreachable(t, "skipUpdateUnreachable"), context.Background()
	olds := settingsOf(t, provider.Map{"metadata": provider.Map{"name": "old"}, "data": provider.Secret{Value: "s"}})
	news := settingsOf(t, provider.Map{"metadata": provider.Map{"name": "new"}})
	for kind, urn := range unreachableResources {
		checked, err := server.Check(ctx, &pulumirpc.CheckRequest{Urn: urn, Olds: olds, News: news})
		if err != nil || !proto.Equal(checked.GetInputs(), olds) {
			t.Errorf("%s: checked %v, %v", kind, checked, err)
		}
		read, err := server.Read(ctx, &pulumirpc.ReadRequest{Id: "id", Urn: urn, Properties: olds, Inputs: olds})
		if err != nil || read.GetId() != "id" || !proto.Equal(read.GetProperties(), olds) {
			t.Errorf("%s: read %v, %v", kind, read, err)
		}
		// The setting speaks of updates that are not asked for; what is asked for fails.
		if _, err := server.Create(ctx, &pulumirpc.CreateRequest{Urn: urn, Properties: news}); !isUnreachable(err) {
			t.Errorf("%s: created, %v", kind, err)
		}
		_, err = server.Update(ctx, &pulumirpc.UpdateRequest{Id: "id", Urn: urn, Olds: olds, News: news})
		if !isUnreachable(err) {
			t.Errorf("%s: updated, %v", kind, err)
		}
		if _, err := server.Delete(ctx, &pulumirpc.DeleteRequest{Id: "id", Urn: urn, Properties: olds}); !isUnreachable(err) {
			t.Errorf("%s: deleted, %v", kind, err)
		}
	}
}

func TestAnUnreachableClusterThatIsGivenUpIsForgottenByReading(t *testing.T) {
	server, ctx := unreachable(t, "deleteUnreachable"), context.Background()
	olds := settingsOf(t, provider.Map{"metadata": provider.Map{"name": "old"}})
	for kind, urn := range unreachableResources {
		read, err := server.Read(ctx, &pulumirpc.ReadRequest{Id: "id", Urn: urn, Properties: olds, Inputs: olds})
		if err != nil || read.GetId() != "" {
			t.Errorf("%s: read %v, %v", kind, read, err)
		}
		// A release is not given up when it is deleted: only a refresh forgets it.
		_, err = server.Delete(ctx, &pulumirpc.DeleteRequest{Id: "id", Urn: urn, Properties: olds})
		if isUnreachable(err) != (kind == "release") {
			t.Errorf("%s: deleted, %v", kind, err)
		}
	}
}

func isUnreachable(err error) bool {
	return err != nil && strings.Contains(err.Error(), "unreachable")
}
