package main

import (
	"context"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/emptypb"

	"isthmus.lab/tools/core/provider"
	"isthmus.lab/tools/core/pulumi-resource-kubernetes/cluster"
)

// server is one configured provider: one cluster, for the life of the process.
type server struct {
	*provider.Base
	host     *provider.Host
	running  context.Context
	cancel   context.CancelFunc
	settings settings
	cluster  *cluster.Cluster
}

func newServer(host *provider.Host) *server {
	running, cancel := context.WithCancel(context.Background())
	base := &provider.Base{Name: "kubernetes", Version: officialVersion}
	return &server{Base: base, host: host, running: running, cancel: cancel}
}

// Cancel ends every wait at once; what was being waited for is reported as not ready.
func (server *server) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	server.cancel()
	return &emptypb.Empty{}, nil
}

// until gives a context that ends with the request or when the provider is cancelled.
func (server *server) until(request context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(request)
	stop := context.AfterFunc(server.running, cancel)
	return ctx, func() { stop(); cancel() }
}

// Check completes and validates a resource's inputs. Those of a cluster that is left alone stay what they were: then no
// difference is found, and neither Update nor anything else is asked for.
func (server *server) Check(ctx context.Context, request *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	resource, err := server.resource(request.GetUrn())
	if err != nil {
		return nil, err
	}
	if server.settings.skipUpdateUnreachable && server.cluster.Unreachable() != nil {
		server.host.Warn(ctx, request.GetUrn(),
			"Cluster is unreachable but skipUpdateUnreachable flag is set to true, skipping...")
		return &pulumirpc.CheckResponse{Inputs: request.GetOlds()}, nil
	}
	return resource.check(ctx, request)
}

// Diff compares a resource's state with new inputs.
func (server *server) Diff(ctx context.Context, request *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	resource, err := server.resource(request.GetUrn())
	if err != nil {
		return nil, err
	}
	return resource.diff(ctx, request)
}

// Create creates a resource, or says what would come out of it.
func (server *server) Create(ctx context.Context, request *pulumirpc.CreateRequest) (*pulumirpc.CreateResponse, error) {
	resource, err := server.resource(request.GetUrn())
	if err != nil {
		return nil, err
	}
	ctx, cancel := server.until(ctx)
	defer cancel()
	return resource.create(ctx, request)
}

// Read reads a resource as it is now.
func (server *server) Read(ctx context.Context, request *pulumirpc.ReadRequest) (*pulumirpc.ReadResponse, error) {
	resource, err := server.resource(request.GetUrn())
	if err != nil {
		return nil, err
	}
	ctx, cancel := server.until(ctx)
	defer cancel()
	if reason := server.cluster.Unreachable(); reason != nil {
		return server.readUnreachable(ctx, request, reason)
	}
	return resource.read(ctx, request)
}

// Update changes a resource, or says what would come out of it.
func (server *server) Update(ctx context.Context, request *pulumirpc.UpdateRequest) (*pulumirpc.UpdateResponse, error) {
	resource, err := server.resource(request.GetUrn())
	if err != nil {
		return nil, err
	}
	ctx, cancel := server.until(ctx)
	defer cancel()
	return resource.update(ctx, request)
}

// Delete deletes a resource.
func (server *server) Delete(ctx context.Context, request *pulumirpc.DeleteRequest) (*emptypb.Empty, error) {
	resource, err := server.resource(request.GetUrn())
	if err != nil {
		return nil, err
	}
	ctx, cancel := server.until(ctx)
	defer cancel()
	if err := resource.delete(ctx, request); err != nil {
		return nil, err
	}
	return &emptypb.Empty{}, nil
}

// resource is one resource of the stack: an object or a Helm release.
type resource interface {
	check(context.Context, *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error)
	diff(context.Context, *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error)
	create(context.Context, *pulumirpc.CreateRequest) (*pulumirpc.CreateResponse, error)
	read(context.Context, *pulumirpc.ReadRequest) (*pulumirpc.ReadResponse, error)
	update(context.Context, *pulumirpc.UpdateRequest) (*pulumirpc.UpdateResponse, error)
	delete(context.Context, *pulumirpc.DeleteRequest) error
}

func (server *server) resource(urn string) (resource, error) {
	identity, err := parseURN(urn)
	if err != nil {
		return nil, err
	}
	if identity.token == releaseToken {
		return &releaseResource{server, identity}, nil
	}
	if !identity.known() {
		return nil, server.Refuse("the resource type "+identity.token, knownTypes)
	}
	return &objectResource{server, identity}, nil
}
