package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"isthmus.lab/tools/core/provider"
	"isthmus.lab/tools/core/pulumi-resource-kubernetes/await"
	"isthmus.lab/tools/core/pulumi-resource-kubernetes/object"
)

// How long a creation waits for what it needs, and how often it looks: for a kind that a custom resource definition is
// about to bring, for a namespace that is about to exist.
const (
	patience      = time.Minute
	retryInterval = 500 * time.Millisecond
)

// creator is the field manager of a creation, which is no server-side apply.
const creator = "pulumi-kubernetes"

func (resource *objectResource) create(
	ctx context.Context, request *pulumirpc.CreateRequest,
) (*pulumirpc.CreateResponse, error) {
	properties := provider.Unmarshal(request.GetProperties())
	inputs := object.FromProperties(properties)
	asGiven := &pulumirpc.CreateResponse{Properties: request.GetProperties()}
	if request.GetPreview() {
		if resource.patch || provider.HasUnknown(inputs.Object) || !resource.cluster.Serves(resource.kind) {
			return asGiven, nil
		}
	} else if reason := resource.cluster.Unreachable(); reason != nil {
		return nil, fmt.Errorf("configured Kubernetes cluster is unreachable: %w", reason)
	}
	manager := object.FieldManager(nil, inputs)
	live, err := resource.createWhenPossible(ctx, inputs, manager, request.GetPreview())
	if err != nil {
		if request.GetPreview() && unpreviewable(err) {
			return asGiven, nil
		}
		return nil, resource.explainCreation(err)
	}
	if request.GetPreview() {
		delete(live.Object, "status")
	}
	var unready error
	if !request.GetPreview() && !object.SkipsAwait(inputs) {
		live, unready = resource.ready(ctx, live, object.Timeout(request.GetTimeout(), inputs))
	}
	state := object.State(inputs, live, properties, inputs.GetAPIVersion(), manager)
	id := object.ID(live.GetNamespace(), live.GetName())
	if unready != nil {
		message := fmt.Sprintf("resource %q was successfully created, but the Kubernetes API server "+
			"reported that it failed to fully initialize or become live: %v", resource.urn, unready)
		return nil, provider.InitFailed(id, state, nil, message, withMessage(message, unready))
	}
	marshalled, err := provider.Marshal(state)
	if err != nil {
		return nil, err
	}
	if request.GetPreview() {
		id = ""
	}
	return &pulumirpc.CreateResponse{Id: id, Properties: marshalled}, nil
}

func (resource *objectResource) ready(
	ctx context.Context, live *unstructured.Unstructured, timeout time.Duration,
) (*unstructured.Unstructured, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	return resource.wait().Ready(ctx, live)
}

func (resource *objectResource) wait() await.Wait {
	return await.Wait{Cluster: resource.cluster, Status: func(message string) {
		resource.host.Status(resource.running, resource.urn, message)
	}}
}

func (resource *objectResource) createWhenPossible(
	ctx context.Context, inputs *unstructured.Unstructured, manager string, preview bool,
) (*unstructured.Unstructured, error) {
	deadline := time.Now().Add(patience)
	for attempt := 0; ; attempt++ {
		live, err := resource.createOnce(ctx, inputs, manager, preview)
		missing := err != nil && (meta.IsNoMatchError(err) || apierrors.IsNotFound(err))
		if !missing || preview || time.Now().After(deadline) {
			if attempt > 0 {
				resource.host.Status(ctx, resource.urn, "")
			}
			return live, err
		}
		if attempt%10 == 0 {
			resource.host.Status(ctx, resource.urn, fmt.Sprintf("Retry #%d; creation failed: %v", attempt, err))
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(retryInterval):
		}
	}
}

func (resource *objectResource) createOnce(
	ctx context.Context, inputs *unstructured.Unstructured, manager string, preview bool,
) (*unstructured.Unstructured, error) {
	objects, err := resource.cluster.ObjectsLike(inputs)
	if err != nil {
		return nil, err
	}
	if resource.patch || resource.settings.upsertExistingObjects {
		return resource.apply(ctx, objects, inputs, manager, resource.forces(inputs) || preview, preview)
	}
	return objects.Create(ctx, inputs, metav1.CreateOptions{FieldManager: creator, DryRun: dryRun(preview)})
}

type patcher interface {
	Patch(context.Context, string, types.PatchType, []byte, metav1.PatchOptions, ...string) (*unstructured.Unstructured, error)
}

// apply is a server-side apply: it sets the fields of the inputs, and drops those that the manager no longer wants.
func (resource *objectResource) apply(
	ctx context.Context, objects patcher, inputs *unstructured.Unstructured, manager string, force, preview bool,
) (*unstructured.Unstructured, error) {
	body, err := inputs.MarshalJSON()
	if err != nil {
		return nil, err
	}
	live, err := objects.Patch(ctx, inputs.GetName(), types.ApplyPatchType, body,
		metav1.PatchOptions{FieldManager: manager, Force: &force, DryRun: dryRun(preview)})
	if apierrors.IsConflict(err) {
		return nil, fmt.Errorf("server-side apply field conflict detected, see "+
			"https://www.pulumi.com/registry/packages/kubernetes/how-to-guides/managing-resources-with-server-side-apply/"+
			"#handle-field-conflicts-on-existing-resources for troubleshooting help\n"+
			"The resource managed by field manager %q had an apply conflict: %w", manager, err)
	}
	return live, err
}

func (resource *objectResource) forces(inputs *unstructured.Unstructured) bool {
	return resource.settings.enablePatchForce || object.ForcesPatch(inputs)
}

func dryRun(preview bool) []string {
	if preview {
		return []string{metav1.DryRunAll}
	}
	return nil
}

// A preview that the cluster cannot compute says nothing against the program: its namespace may be created first, the
// object that is there may be deleted first.
func unpreviewable(err error) bool {
	var status apierrors.APIStatus
	if errors.As(err, &status) && apierrors.IsNotFound(err) {
		return status.Status().Details != nil && status.Status().Details.Kind == "namespaces"
	}
	// A webhook with side effects cannot be asked without having them.
	undryable := apierrors.IsBadRequest(err) && strings.Contains(err.Error(), "does not support dry run")
	return apierrors.IsForbidden(err) || apierrors.IsAlreadyExists(err) || undryable
}

func (resource *objectResource) explainCreation(err error) error {
	if meta.IsNoMatchError(err) {
		return fmt.Errorf("creation of resource %q with kind %s/%s failed because the Kubernetes API server "+
			"reported that the apiVersion for this resource does not exist. "+
			"Verify that any required CRDs have been created: %w",
			resource.urn, resource.kind.GroupVersion(), resource.kind.Kind, err)
	}
	if apierrors.IsAlreadyExists(err) {
		err = fmt.Errorf("%w\n\n"+
			"The resource already exists in the cluster. This can happen when:\n\n"+
			"  - Renaming a Pulumi resource: use an alias to preserve the identity,\n"+
			"    or use deleteBeforeReplace if the resource needs replacement.\n"+
			"  - Managing an existing resource: use a Patch resource (e.g. NamespacePatch)\n"+
			"    to manage specific fields without owning the resource lifecycle.\n"+
			"  - Adopting a resource into Pulumi: use `pulumi import`. Note that\n"+
			"    protected resources (e.g. kube-system) cannot be deleted on destroy.\n"+
			"  - Intentional upsert: set upsertExistingObjects on the provider to allow\n"+
			"    server-side apply to update existing objects on create.", err)
	}
	return fmt.Errorf("resource %q was not successfully created by the Kubernetes API server: %w", resource.urn, err)
}

// withMessage gives the reasons of a failure, the whole message first.
func withMessage(message string, err error) []string {
	return append([]string{message}, await.Reasons(err)[1:]...)
}
