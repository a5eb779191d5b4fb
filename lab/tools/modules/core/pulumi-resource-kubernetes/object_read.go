package main

import (
	"context"
	"errors"
	"fmt"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"isthmus.lab/tools/core/provider"
	"isthmus.lab/tools/core/pulumi-resource-kubernetes/object"
)

// gone tells the engine that a resource no longer exists.
func gone() *pulumirpc.ReadResponse { return &pulumirpc.ReadResponse{} }

func (server *server) readUnreachable(
	ctx context.Context, request *pulumirpc.ReadRequest, reason error,
) (*pulumirpc.ReadResponse, error) {
	server.host.Warn(ctx, request.GetUrn(), fmt.Sprintf("configured Kubernetes cluster is unreachable: %v", reason))
	switch {
	case server.settings.deleteUnreachable:
		return gone(), nil
	case server.settings.skipUpdateUnreachable:
		return &pulumirpc.ReadResponse{
			Id: request.GetId(), Properties: request.GetProperties(), Inputs: request.GetInputs(),
		}, nil
	default:
		return nil, errors.New("failed to read resource state due to unreachable cluster. If the cluster was deleted, " +
			"you can remove this resource from Pulumi state by rerunning the operation with the " +
			"PULUMI_K8S_DELETE_UNREACHABLE environment variable set to \"true\"")
	}
}

func (resource *objectResource) read(
	ctx context.Context, request *pulumirpc.ReadRequest,
) (*pulumirpc.ReadResponse, error) {
	state := provider.Unmarshal(request.GetProperties())
	marked := provider.Unmarshal(request.GetInputs())
	inputs := object.Normalize(object.FromProperties(marked))
	_, old := object.ParseState(state)
	// Neither inputs nor state: a program's get() or an import.
	adopted := inputs.GetKind() == "" && old.GetKind() == ""
	namespace, name := object.ParseID(request.GetId())
	if inputs.GetKind() == "" {
		inputs.SetGroupVersionKind(resource.kind)
		if inputs.GetName() == "" {
			inputs.SetName(name)
		}
		if inputs.GetNamespace() == "" && namespace != "" {
			inputs.SetNamespace(namespace)
		}
	}
	objects, err := resource.cluster.ObjectsLike(inputs)
	if meta.IsNoMatchError(err) {
		return gone(), nil // with its definition went the object
	}
	if err != nil {
		return nil, err
	}
	live, err := objects.Get(ctx, name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return gone(), nil
	}
	if err != nil {
		return nil, err
	}
	initialAPIVersion := object.InitialAPIVersion(state, inputs)
	manager := object.FieldManager(state, inputs)
	var unready error
	if !adopted && !object.SkipsAwait(inputs) {
		unready = resource.wait().Check(ctx, live)
	}
	read := &unstructured.Unstructured{Object: object.Prune(live.Object, inputs.Object)}
	if adopted {
		read = adoptedInputs(live)
	}
	newState := object.State(read, live, marked, initialAPIVersion, manager)
	object.MarkSecrets(read.Object, marked)
	if unready != nil {
		return nil, provider.InitFailed(request.GetId(), newState, read.Object, unready.Error(),
			withMessage(unready.Error(), unready))
	}
	properties, err := provider.Marshal(newState)
	if err != nil {
		return nil, err
	}
	marshalled, err := provider.Marshal(read.Object)
	if err != nil {
		return nil, err
	}
	return &pulumirpc.ReadResponse{Id: request.GetId(), Properties: properties, Inputs: marshalled}, nil
}

// adoptedInputs are the inputs that would have made an object which was not made here.
func adoptedInputs(live *unstructured.Unstructured) *unstructured.Unstructured {
	inputs := &unstructured.Unstructured{Object: object.Copy(live.Object).(map[string]any)}
	delete(inputs.Object, "status")
	metadata, _ := inputs.Object["metadata"].(map[string]any)
	for _, field := range []string{"creationTimestamp", "generation", "managedFields", "resourceVersion", "uid"} {
		delete(metadata, field)
	}
	return inputs
}
