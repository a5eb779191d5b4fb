package main

import (
	"context"
	"errors"
	"fmt"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/structpb"
	helmrelease "helm.sh/helm/v3/pkg/release"

	"isthmus.lab/tools/core/provider"
	"isthmus.lab/tools/core/pulumi-resource-kubernetes/object"
	"isthmus.lab/tools/core/pulumi-resource-kubernetes/release"
)

func (resource *releaseResource) create(
	ctx context.Context, request *pulumirpc.CreateRequest,
) (*pulumirpc.CreateResponse, error) {
	inputs := provider.Unmarshal(request.GetProperties())
	if request.GetPreview() {
		properties, err := provider.Marshal(release.PlannedState(inputs))
		return &pulumirpc.CreateResponse{Properties: properties}, err
	}
	if reason := resource.cluster.Unreachable(); reason != nil {
		return nil, fmt.Errorf("can't create Helm Release with unreachable cluster: %w", reason)
	}
	wanted := release.Of(inputs)
	id := object.ID(wanted.Namespace(), wanted.Name())
	record, err := release.Install(ctx, resource.cluster, wanted)
	var failed *release.Failed
	if errors.As(err, &failed) {
		resource.host.Warn(ctx, resource.urn, fmt.Sprintf("Helm release %q was created but has a failed status. "+
			"Use the `helm` command to investigate the error, correct it, then retry. Reason: %v",
			wanted.Name(), failed.Unwrap()))
		return nil, resource.incomplete(id, inputs, failed.Result,
			fmt.Sprintf("Helm release %q was created, but failed to initialize completely. "+
				"Use Helm CLI to investigate: %v", id, failed))
	}
	if err != nil {
		return nil, err
	}
	properties, err := resource.state(inputs, record)
	return &pulumirpc.CreateResponse{Id: id, Properties: properties}, err
}

func (resource *releaseResource) update(
	ctx context.Context, request *pulumirpc.UpdateRequest,
) (*pulumirpc.UpdateResponse, error) {
	inputs := provider.Unmarshal(request.GetNews())
	if request.GetPreview() {
		properties, err := provider.Marshal(release.PlannedState(inputs))
		return &pulumirpc.UpdateResponse{Properties: properties}, err
	}
	if reason := resource.cluster.Unreachable(); reason != nil {
		return nil, fmt.Errorf("can't update Helm Release with unreachable cluster: %w", reason)
	}
	wanted := release.Of(inputs)
	record, err := release.Upgrade(ctx, resource.cluster, wanted)
	var failed *release.Failed
	if errors.As(err, &failed) {
		id := object.ID(wanted.Namespace(), wanted.Name())
		return nil, resource.incomplete(id, inputs, failed.Result,
			fmt.Sprintf("Helm release %q failed to initialize completely. Use Helm CLI to investigate: %v", id, failed))
	}
	if err != nil {
		return nil, err
	}
	properties, err := resource.state(inputs, record)
	return &pulumirpc.UpdateResponse{Properties: properties}, err
}

func (resource *releaseResource) incomplete(
	id string, inputs provider.Map, record *helmrelease.Release, message string,
) error {
	state, err := release.State(inputs, record)
	if err != nil {
		return err
	}
	return provider.InitFailed(id, state, nil, message, []string{message})
}

func (resource *releaseResource) read(
	ctx context.Context, request *pulumirpc.ReadRequest,
) (*pulumirpc.ReadResponse, error) {
	state := provider.Unmarshal(request.GetProperties())
	inputs := release.Inputs(state)
	if inputs == nil {
		return nil, resource.Refuse("the import of a Helm release", "releases that it installed")
	}
	record, err := release.Get(ctx, resource.cluster, release.Of(state))
	if err != nil {
		return nil, err
	}
	if record == nil {
		return gone(), nil
	}
	properties, err := resource.state(inputs, record)
	if err != nil {
		return nil, err
	}
	marshalled, err := provider.Marshal(inputs)
	return &pulumirpc.ReadResponse{Id: request.GetId(), Properties: properties, Inputs: marshalled}, err
}

func (resource *releaseResource) delete(ctx context.Context, request *pulumirpc.DeleteRequest) error {
	if reason := resource.cluster.Unreachable(); reason != nil {
		return fmt.Errorf("can't delete Helm Release with unreachable cluster. Reason: %q", reason.Error())
	}
	information, err := release.Uninstall(ctx, resource.cluster, release.Of(provider.Unmarshal(request.GetProperties())))
	if err != nil {
		return err
	}
	if information != "" {
		resource.host.Warn(ctx, resource.urn, fmt.Sprintf("Helm uninstall returned information: %q", information))
	}
	return nil
}

func (resource *releaseResource) state(inputs provider.Map, record *helmrelease.Release) (*structpb.Struct, error) {
	state, err := release.State(inputs, record)
	if err != nil {
		return nil, err
	}
	return provider.Marshal(state)
}
