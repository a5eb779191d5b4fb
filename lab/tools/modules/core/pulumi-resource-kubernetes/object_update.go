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
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"

	"isthmus.lab/tools/core/provider"
	"isthmus.lab/tools/core/pulumi-resource-kubernetes/object"
)

func (resource *objectResource) update(
	ctx context.Context, request *pulumirpc.UpdateRequest,
) (*pulumirpc.UpdateResponse, error) {
	oldState := provider.Unmarshal(request.GetOlds())
	properties := provider.Unmarshal(request.GetNews())
	inputs := object.Normalize(object.FromProperties(properties))
	asGiven := &pulumirpc.UpdateResponse{Properties: request.GetNews()}
	if request.GetPreview() {
		if provider.HasUnknown(inputs.Object) || !resource.cluster.Serves(resource.kind) {
			return asGiven, nil
		}
	} else if reason := resource.cluster.Unreachable(); reason != nil {
		return nil, fmt.Errorf("configured Kubernetes cluster is unreachable: %w", reason)
	}
	oldInputs, old := object.ParseState(oldState)
	oldManager, manager := object.FieldManager(oldState, oldInputs), object.FieldManager(oldState, inputs)
	objects, err := resource.cluster.ObjectsLike(inputs)
	if meta.IsNoMatchError(err) {
		return nil, fmt.Errorf("update of resource %q failed because the Kubernetes API server "+
			"reported that the apiVersion for this resource does not exist. "+
			"Verify that any required CRDs have been created: %w", resource.urn, err)
	}
	if err != nil {
		return nil, err
	}
	live, problem := resource.applyUpdate(ctx, objects, inputs, old.GetName(), manager, request)
	if problem == nil && !request.GetPreview() && !object.SkipsAwait(inputs) {
		live, problem = resource.ready(ctx, live, object.Timeout(request.GetTimeout(), inputs))
	}
	if problem != nil {
		if request.GetPreview() && apierrors.IsForbidden(problem) {
			return asGiven, nil
		}
		// Whatever went wrong, the object exists: the state shall show it as it is.
		var readErr error
		if live, readErr = objects.Get(context.WithoutCancel(ctx), old.GetName(), metav1.GetOptions{}); readErr != nil {
			return nil, errors.Join(fmt.Errorf("update of resource %q failed: %w", resource.urn, problem),
				fmt.Errorf("unable to get cluster state: %w", readErr))
		}
	}
	state := object.State(inputs, live, properties, object.InitialAPIVersion(oldState, oldInputs), manager)
	if problem != nil {
		id := object.ID(live.GetNamespace(), live.GetName())
		message := fmt.Sprintf("the Kubernetes API server reported that %q failed to fully initialize "+
			"or become live: %v", id, problem)
		return nil, provider.InitFailed(id, state, nil, message, withMessage(message, problem))
	}
	if manager != oldManager && !request.GetPreview() {
		if err := resource.relinquish(ctx, objects, live, oldManager); err != nil {
			return nil, err
		}
	}
	marshalled, err := provider.Marshal(state)
	if err != nil {
		return nil, err
	}
	return &pulumirpc.UpdateResponse{Properties: marshalled}, nil
}

func (resource *objectResource) applyUpdate(
	ctx context.Context, objects dynamic.ResourceInterface, inputs *unstructured.Unstructured, name, manager string,
	request *pulumirpc.UpdateRequest,
) (*unstructured.Unstructured, error) {
	live, err := objects.Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return nil, err
	}
	force := resource.forces(inputs) || len(live.GetManagedFields()) == 0
	if request.GetPreview() {
		force = force || object.HasForeignUpdates(live) // a real update takes them over first
	} else if !resource.patch {
		patch, err := object.TakeOverFields(live, manager)
		if err != nil {
			return nil, err
		}
		if patch != nil {
			_, err = objects.Patch(ctx, name, types.JSONPatchType, patch, metav1.PatchOptions{})
			if err != nil {
				return nil, err
			}
		}
	}
	keepIgnored(inputs, live, request.GetIgnoreChanges())
	return resource.apply(ctx, objects, inputs, manager, force, request.GetPreview())
}

// What ignoreChanges names stays as it is in the cluster.
func keepIgnored(inputs, live *unstructured.Unstructured, paths []string) {
	for _, path := range paths {
		fields := object.SplitPath(path)
		if value, found, err := unstructured.NestedFieldCopy(live.Object, fields...); found && err == nil {
			_ = unstructured.SetNestedField(inputs.Object, value, fields...) // a path through a list names nothing
		}
	}
}

// relinquish applies an object without fields: the manager then owns none.
func (resource *objectResource) relinquish(
	ctx context.Context, objects patcher, live *unstructured.Unstructured, manager string,
) error {
	bare := &unstructured.Unstructured{Object: map[string]any{}}
	bare.SetGroupVersionKind(live.GroupVersionKind())
	bare.SetNamespace(live.GetNamespace())
	bare.SetName(live.GetName())
	_, err := resource.apply(ctx, objects, bare, manager, false, false)
	return err
}
