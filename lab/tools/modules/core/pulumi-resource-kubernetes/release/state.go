package release

import (
	"slices"

	helmrelease "helm.sh/helm/v3/pkg/release"
	"helm.sh/helm/v3/pkg/releaseutil"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"isthmus.lab/tools/core/provider"
	"isthmus.lab/tools/core/pulumi-resource-kubernetes/object"
)

// State is what the state holds of a release: the inputs, Helm's record of it, and all inputs again as one secret.
func State(inputs provider.Map, record *helmrelease.Release) (provider.Map, error) {
	state := provider.PlainMap(inputs)
	names, err := resourceNames(record.Manifest)
	if err != nil {
		return nil, err
	}
	metadata := record.Chart.Metadata
	if values, is := state["values"].(map[string]any); is {
		state["values"] = Merge(values, record.Config)
	}
	state["version"] = metadata.Version
	state["resourceNames"] = names
	state["status"] = provider.Map{
		"appVersion": metadata.AppVersion,
		"chart":      metadata.Name,
		"name":       record.Name,
		"namespace":  record.Namespace,
		"revision":   record.Version,
		"status":     record.Info.Status.String(),
		"version":    metadata.Version,
	}
	object.MarkSecrets(state, inputs)
	state[object.InputsKey] = provider.Secret{Value: inputs}
	return state, nil
}

// PlannedState is the state that a preview shows: what Helm will say is unknown.
func PlannedState(inputs provider.Map) provider.Map {
	state := provider.PlainMap(inputs)
	object.MarkSecrets(state, inputs)
	state[object.InputsKey] = provider.Secret{Value: inputs}
	state["resourceNames"], state["status"] = provider.Unknown{}, provider.Unknown{}
	return state
}

// Inputs are the inputs that a state was made from, with their marks of secrecy; nil when the state has none.
func Inputs(state provider.Map) provider.Map {
	stored := state[object.InputsKey]
	if secret, is := stored.(provider.Secret); is {
		stored = secret.Value
	}
	inputs, _ := stored.(map[string]any)
	return inputs
}

// resourceNames lists a manifest's objects by "Kind.group/group/version".
func resourceNames(manifest string) (provider.Map, error) {
	found := map[string][]string{}
	for _, document := range releaseutil.SplitManifests(manifest) {
		resource := &unstructured.Unstructured{}
		if err := yaml.Unmarshal([]byte(document), &resource.Object); err != nil {
			return nil, err
		}
		if resource.GetKind() == "" {
			continue
		}
		kind := resource.GroupVersionKind().GroupKind().String() + "/" + resource.GetAPIVersion()
		found[kind] = append(found[kind], object.ID(resource.GetNamespace(), resource.GetName()))
	}
	names := provider.Map{}
	for kind, list := range found {
		slices.Sort(list)
		entries := []any{}
		for _, name := range slices.Compact(list) {
			entries = append(entries, name)
		}
		names[kind] = entries
	}
	return names, nil
}
