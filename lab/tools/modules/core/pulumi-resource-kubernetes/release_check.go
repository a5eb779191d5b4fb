package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"isthmus.lab/tools/core/provider"
	"isthmus.lab/tools/core/pulumi-resource-kubernetes/object"
	"isthmus.lab/tools/core/pulumi-resource-kubernetes/release"
)

// releaseResource is a resource that is a Helm release.
type releaseResource struct {
	*server
	identity
}

// A release with another name or in another namespace is another release.
var releaseIdentity = [][]string{{"name"}, {"namespace"}}

func (resource *releaseResource) check(
	_ context.Context, request *pulumirpc.CheckRequest,
) (*pulumirpc.CheckResponse, error) {
	inputs, err := release.Complete(provider.Unmarshal(request.GetNews()), provider.Unmarshal(request.GetOlds()),
		resource.name, resource.cluster.Namespace)
	if err != nil {
		return nil, err
	}
	response := &pulumirpc.CheckResponse{}
	if !provider.HasUnknown(inputs) {
		chart, _, err := release.LoadChart(release.Of(inputs))
		if err != nil {
			response = provider.CheckFailed([2]string{
				"chart", fmt.Sprintf("%v; check the chart name and repository configuration.", err),
			})
		} else {
			// The program may give a range; the state has what the range is today.
			inputs["version"] = provider.AnnotateSecrets(chart.Metadata.Version, inputs["version"])
		}
	}
	response.Inputs, err = provider.Marshal(inputs)
	return response, err
}

func (resource *releaseResource) diff(
	_ context.Context, request *pulumirpc.DiffRequest,
) (*pulumirpc.DiffResponse, error) {
	state := provider.Unmarshal(request.GetOlds())
	news := provider.PlainMap(provider.Unmarshal(request.GetNews()))
	oldInputs := provider.PlainMap(release.Inputs(state))
	olds := provider.PlainMap(state)
	for _, key := range []string{"checksum", "resourceNames"} {
		delete(oldInputs, key) // older plugins kept these as inputs
	}
	difference := object.Compare(olds, oldInputs, news, releaseIdentity)
	difference.Ignore(request.GetIgnoreChanges())
	response := &pulumirpc.DiffResponse{Changes: pulumirpc.DiffResponse_DIFF_NONE}
	if len(difference) > 0 {
		response.Changes = pulumirpc.DiffResponse_DIFF_SOME
		response.DetailedDiff, response.HasDetailedDiff = difference, true
		response.Replaces = difference.Replaced()
		top := map[string]bool{}
		for path := range difference {
			top[path[:len(path)-len(strings.TrimLeftFunc(path, isFieldName))]] = true
		}
		response.Diffs = slices.Sorted(maps.Keys(top))
	}
	return response, nil
}

func isFieldName(letter rune) bool { return letter != '.' && letter != '[' }
