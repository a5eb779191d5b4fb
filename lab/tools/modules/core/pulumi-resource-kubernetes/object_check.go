package main

import (
	"context"
	"errors"
	"fmt"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"isthmus.lab/tools/core/provider"
	"isthmus.lab/tools/core/pulumi-resource-kubernetes/object"
)

// objectResource is a resource that is one Kubernetes object, or fields of one.
type objectResource struct {
	*server
	identity
}

func (resource *objectResource) check(
	_ context.Context, request *pulumirpc.CheckRequest,
) (*pulumirpc.CheckResponse, error) {
	olds := object.FromProperties(provider.Unmarshal(request.GetOlds()))
	news := provider.Unmarshal(request.GetNews())
	inputs := object.Normalize(object.FromProperties(news))
	if resource.patch && !object.IsNamed(inputs) {
		return nil, errors.New("patch resources require the `.metadata.name` field to be set")
	}
	if len(olds.Object) > 0 {
		object.AdoptName(inputs, olds)
	} else if err := object.AssignName(inputs, resource.name, request.GetRandomSeed(), request.GetAutonaming()); err != nil {
		return nil, err
	}
	if object.HasGenerateName(inputs) {
		return nil, errors.New("the `.metadata.generateName` field is not supported in Server-Side Apply mode")
	}
	if metadata, is := inputs.Object["metadata"].(map[string]any); is && resource.cluster.Namespaced(resource.kind) {
		if namespace := metadata["namespace"]; namespace == nil || namespace == "" {
			metadata["namespace"] = resource.cluster.Namespace
		}
	}
	object.MarkSecrets(inputs.Object, news)
	marshalled, err := provider.Marshal(inputs.Object)
	if err != nil {
		return nil, err
	}
	return &pulumirpc.CheckResponse{Inputs: marshalled}, nil
}

func (resource *objectResource) diff(
	_ context.Context, request *pulumirpc.DiffRequest,
) (*pulumirpc.DiffResponse, error) {
	oldInputs, live := object.ParseState(provider.Unmarshal(request.GetOlds()))
	if live.GetName() == "" {
		return nil, fmt.Errorf("the state of %s names no object", resource.urn)
	}
	inputs := object.Normalize(object.FromProperties(provider.Unmarshal(request.GetNews())))
	// What of the object is ours, as it was last seen: that is what the new inputs change.
	pruned := object.Normalize(oldInputs)
	pruned.Object = object.Prune(live.Object, oldInputs.Object)
	resource.alignIdentity(pruned.Object, live.Object, inputs.Object)

	replacement := object.Identity
	if !resource.patch {
		replacement = object.ReplacementFields(inputs, resource.settings.mutable)
	}
	difference := object.Compare(pruned.Object, pruned.Object, inputs.Object, replacement)
	difference.Ignore(request.GetIgnoreChanges())
	response := &pulumirpc.DiffResponse{
		Changes: pulumirpc.DiffResponse_DIFF_NONE, HasDetailedDiff: true, DetailedDiff: difference,
		Replaces: difference.Replaced(),
	}
	if len(difference) > 0 {
		response.Changes = pulumirpc.DiffResponse_DIFF_SOME
	}
	// Two objects cannot have one name: without a new name the old object goes first.
	response.DeleteBeforeReplace = len(response.GetReplaces()) > 0 && object.IsNamed(inputs) &&
		!object.IsAutonamed(inputs) && name(inputs.Object) == live.GetName() &&
		namespace(inputs.Object) == live.GetNamespace()
	return response, nil
}

// An object without a namespace is in "default", and one whose kind has no namespaces has none, whatever is written.
func (resource *objectResource) alignIdentity(pruned, live, inputs map[string]any) {
	namespaced := resource.cluster.Namespaced(resource.kind)
	for _, properties := range []map[string]any{pruned, inputs} {
		metadata, is := properties["metadata"].(map[string]any)
		if !is {
			continue
		}
		if !namespaced {
			delete(metadata, "namespace")
		} else if namespace := metadata["namespace"]; namespace == nil || namespace == "" {
			metadata["namespace"] = "default"
		}
	}
	if metadata, is := pruned["metadata"].(map[string]any); is && name(inputs) != nil {
		metadata["name"] = name(live)
	}
}

func name(properties map[string]any) any {
	metadata, _ := properties["metadata"].(map[string]any)
	return metadata["name"]
}

func namespace(properties map[string]any) any {
	metadata, _ := properties["metadata"].(map[string]any)
	if metadata["namespace"] == nil {
		return ""
	}
	return metadata["namespace"]
}
