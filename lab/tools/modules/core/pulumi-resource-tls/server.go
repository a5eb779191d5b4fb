package main

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/structpb"

	"isthmus.lab/tools/core/provider"
)

// server answers the engine. It keeps nothing: all there is to know about a resource is in its state.
type server struct {
	provider.Base
	host *provider.Host
	now  func() time.Time
}

// Configure has nothing to configure. Without acceptSecrets the engine sends plain values and marks in the outputs what
// was secret in the inputs, as it does for the official plugin.
func (server *server) Configure(context.Context, *pulumirpc.ConfigureRequest) (*pulumirpc.ConfigureResponse, error) {
	return &pulumirpc.ConfigureResponse{SupportsPreview: true, AcceptResources: true}, nil
}

// CheckConfig accepts every setting: the only one, proxy, concerns functions that the stand-in does not have.
func (server *server) CheckConfig(_ context.Context, request *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	return &pulumirpc.CheckResponse{Inputs: request.GetNews()}, nil
}

// DiffConfig never replaces a provider, nor by that its resources.
func (server *server) DiffConfig(context.Context, *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	return &pulumirpc.DiffResponse{Changes: pulumirpc.DiffResponse_DIFF_UNKNOWN}, nil
}

// Check refuses inputs that could not be used.
func (server *server) Check(_ context.Context, request *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	resource, err := server.find(request.GetUrn())
	if err != nil {
		return nil, err
	}
	inputs := plain(request.GetNews())
	if problems := resource.check(inputs); len(problems) > 0 {
		return provider.CheckFailed(problems...), nil
	}
	marshalled, err := provider.Marshal(resource.marked(inputs))
	return &pulumirpc.CheckResponse{Inputs: marshalled}, err
}

// Diff plans: what changed, and whether that replaces the resource.
func (server *server) Diff(_ context.Context, request *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	resource, err := server.find(request.GetUrn())
	if err != nil {
		return nil, err
	}
	changes, err := resource.diff(plain(request.GetOlds()), plain(request.GetNews()), server.now())
	if err != nil {
		return nil, err
	}
	return diffResponse(changes, request.GetIgnoreChanges()), nil
}

func diffResponse(changes []change, ignored []string) *pulumirpc.DiffResponse {
	response := &pulumirpc.DiffResponse{
		Changes:         pulumirpc.DiffResponse_DIFF_NONE,
		HasDetailedDiff: true,
		DetailedDiff:    map[string]*pulumirpc.PropertyDiff{},
	}
	for _, change := range changes {
		if slices.Contains(ignored, change.property) || slices.Contains(ignored, change.path) {
			continue
		}
		response.Changes = pulumirpc.DiffResponse_DIFF_SOME
		if !slices.Contains(response.Diffs, change.property) {
			response.Diffs = append(response.Diffs, change.property)
		}
		kind := change.kind
		if change.replaces {
			kind++ // each kind's replacing twin follows it
			if !slices.Contains(response.Replaces, change.property) {
				response.Replaces = append(response.Replaces, change.property)
			}
		}
		response.DetailedDiff[change.path] = &pulumirpc.PropertyDiff{Kind: kind}
	}
	return response
}

// Create makes the key, request or certificate.
func (server *server) Create(ctx context.Context, request *pulumirpc.CreateRequest) (*pulumirpc.CreateResponse, error) {
	resource, err := server.find(request.GetUrn())
	if err != nil {
		return nil, err
	}
	inputs := plain(request.GetProperties())
	if request.GetPreview() {
		outputs, err := provider.Marshal(resource.marked(resource.preview(inputs)))
		return &pulumirpc.CreateResponse{Properties: outputs}, err
	}
	outputs := resource.planned(inputs)
	warn := func(message string) { server.host.Warn(ctx, request.GetUrn(), message) }
	id, computed, err := resource.create(outputs, server.now(), warn)
	if err != nil {
		return nil, err
	}
	maps.Copy(outputs, computed)
	outputs["id"] = id
	marshalled, err := provider.Marshal(resource.marked(outputs))
	return &pulumirpc.CreateResponse{Id: id, Properties: marshalled}, err
}

// Update takes over what changes in place: earlyRenewalHours.
func (server *server) Update(_ context.Context, request *pulumirpc.UpdateRequest) (*pulumirpc.UpdateResponse, error) {
	resource, err := server.find(request.GetUrn())
	if err != nil {
		return nil, err
	}
	outputs := resource.updated(plain(request.GetOlds()), plain(request.GetNews()))
	marshalled, err := provider.Marshal(resource.marked(outputs))
	return &pulumirpc.UpdateResponse{Properties: marshalled}, err
}

// Read gives the state back; a certificate inside its renewal window is marked so.
func (server *server) Read(_ context.Context, request *pulumirpc.ReadRequest) (*pulumirpc.ReadResponse, error) {
	resource, err := server.find(request.GetUrn())
	if err != nil {
		return nil, err
	}
	state := plain(request.GetProperties())
	if len(state) == 0 {
		return nil, errors.New("a key, request or certificate lives in the stack's state alone: it cannot be imported")
	}
	if resource.expires() {
		due, err := renewalDue(state["validityEndTime"], state["earlyRenewalHours"], server.now())
		if err != nil {
			return nil, err
		}
		if due {
			state["readyForRenewal"] = true
		}
	}
	outputs, err := provider.Marshal(resource.marked(state))
	if err != nil {
		return nil, err
	}
	inputs, err := provider.Marshal(resource.marked(plain(request.GetInputs())))
	return &pulumirpc.ReadResponse{Id: request.GetId(), Properties: outputs, Inputs: inputs}, err
}

// Delete has nothing to do: the resource lives in the state alone.
func (server *server) Delete(context.Context, *pulumirpc.DeleteRequest) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}

// Cancel has nothing to stop.
func (server *server) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}

// find gives the description of the resource's type, which is the last of the types in its URN.
func (server *server) find(urn string) (resource, error) {
	token := typeOf(urn)
	if found, ok := resources[token]; ok {
		return found, nil
	}
	known := strings.Join(slices.Sorted(maps.Keys(resources)), ", ")
	return resource{}, server.Refuse("the resource type "+token, known)
}

func typeOf(urn string) string {
	parts := strings.SplitN(urn, "::", 4)
	if len(parts) < 4 {
		return urn
	}
	types := strings.Split(parts[2], "$")
	return types[len(types)-1]
}

func plain(properties *structpb.Struct) provider.Map {
	return provider.PlainMap(provider.Unmarshal(properties))
}
