package main

import (
	"context"
	"errors"
	"fmt"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"isthmus.lab/tools/core/provider"
	"isthmus.lab/tools/core/pulumi-resource-kubernetes/await"
	"isthmus.lab/tools/core/pulumi-resource-kubernetes/object"
)

func (resource *objectResource) delete(ctx context.Context, request *pulumirpc.DeleteRequest) error {
	if reason := resource.cluster.Unreachable(); reason != nil {
		return resource.deleteUnreachable(ctx, reason)
	}
	state := provider.Unmarshal(request.GetProperties())
	inputs, live := object.ParseState(state)
	_, name := object.ParseID(request.GetId())
	if live.GetKind() == "" {
		live.SetGroupVersionKind(resource.kind)
	}
	objects, err := resource.cluster.ObjectsLike(live)
	if meta.IsNoMatchError(err) {
		return nil // with its definition went the object
	}
	if err != nil {
		return err
	}
	manager := object.FieldManager(state, inputs)
	if resource.patch {
		return explainRequired(resource.relinquish(ctx, objects, live, manager))
	}
	propagation := object.DeletionPropagation(inputs)
	err = objects.Delete(ctx, name, metav1.DeleteOptions{PropagationPolicy: &propagation})
	if apierrors.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	if object.SkipsAwait(inputs) && skipsDeletion[live.GetKind()] {
		return nil
	}
	waiting, cancel := context.WithTimeout(ctx, object.Timeout(request.GetTimeout(), inputs))
	defer cancel()
	err = resource.wait().Deleted(waiting, live)
	var failure *await.Failure
	if errors.As(err, &failure) {
		newState := object.State(inputs, failure.Object, state, object.InitialAPIVersion(state, inputs), manager)
		return provider.InitFailed(request.GetId(), newState, nil, err.Error(), await.Reasons(err))
	}
	return err
}

// Kinds whose skipAwait counts for deletions too, which the official plugin keeps for old programs' sake.
var skipsDeletion = map[string]bool{"Namespace": true, "Deployment": true}

func (resource *objectResource) deleteUnreachable(ctx context.Context, reason error) error {
	resource.host.Warn(ctx, resource.urn, fmt.Sprintf("configured Kubernetes cluster is unreachable: %v", reason))
	if resource.settings.deleteUnreachable {
		return nil
	}
	return errors.New("configured Kubernetes cluster is unreachable. If the cluster was deleted, " +
		"you can remove this resource from Pulumi state by rerunning the operation with the " +
		"PULUMI_K8S_DELETE_UNREACHABLE environment variable set to \"true\"")
}

func explainRequired(err error) error {
	if cause, is := apierrors.StatusCause(err, metav1.CauseTypeFieldValueRequired); is {
		return fmt.Errorf("this Patch resource is currently managing a required field, so it can't be deleted "+
			"directly. Either set the `retainOnDelete` resource option, or transfer ownership of the "+
			"field before deleting: %s", cause.Field)
	}
	return err
}
