package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"isthmus.lab/tools/core/provider"
	"isthmus.lab/tools/core/pulumi-resource-kubernetes/cluster"
	"isthmus.lab/tools/core/pulumi-resource-kubernetes/object"
)

// settings are the provider's inputs that change what it does. Others are accepted and have no effect.
type settings struct {
	access  cluster.Access
	mutable object.Mutable
	// deleteUnreachable: forget the resources of a cluster that cannot be reached.
	deleteUnreachable bool
	// skipUpdateUnreachable: leave them as they are.
	skipUpdateUnreachable bool
	// enablePatchForce: take fields from other managers; upsertExistingObjects: adopt what exists.
	enablePatchForce, upsertExistingObjects bool
}

// readSettings reads the settings; a switch that is not set may come from the environment.
func readSettings(variables map[string]string) settings {
	text := func(name string) string { return variables["kubernetes:config:"+name] }
	enabled := func(name, environment string) bool {
		if value, set := variables["kubernetes:config:"+name]; set {
			return value == "true"
		}
		return os.Getenv("PULUMI_K8S_"+environment) == "true"
	}
	return settings{
		access: cluster.Access{
			Kubeconfig: text("kubeconfig"), Context: text("context"), Cluster: text("cluster"), Namespace: text("namespace"),
		},
		mutable: object.Mutable{
			Secrets:    enabled("enableSecretMutable", "ENABLE_SECRET_MUTABLE"),
			ConfigMaps: enabled("enableConfigMapMutable", "ENABLE_CONFIGMAP_MUTABLE"),
		},
		deleteUnreachable:     enabled("deleteUnreachable", "DELETE_UNREACHABLE"),
		skipUpdateUnreachable: enabled("skipUpdateUnreachable", "SKIP_UPDATE_UNREACHABLE"),
		enablePatchForce:      enabled("enablePatchForce", "ENABLE_PATCH_FORCE"),
		upsertExistingObjects: enabled("upsertExistingObjects", "UPSERT_EXISTING_OBJECTS"),
	}
}

// Configure takes the settings and makes the first contact with the cluster, which nothing waits for yet.
func (server *server) Configure(
	_ context.Context, request *pulumirpc.ConfigureRequest,
) (*pulumirpc.ConfigureResponse, error) {
	server.settings = readSettings(request.GetVariables())
	server.cluster = cluster.New(server.settings.access)
	go func() { _ = server.cluster.Unreachable() }() // whoever needs the cluster gets the error
	return &pulumirpc.ConfigureResponse{
		AcceptSecrets: true, SupportsPreview: true, SupportsAutonamingConfiguration: true,
	}, nil
}

// CheckConfig refuses what cannot work. Everything else passes through, secrets as secrets.
func (server *server) CheckConfig(
	_ context.Context, request *pulumirpc.CheckRequest,
) (*pulumirpc.CheckResponse, error) {
	news := provider.PlainMap(provider.Unmarshal(request.GetNews()))
	response := &pulumirpc.CheckResponse{Inputs: request.GetNews()}
	if news["renderYamlToDirectory"] != nil {
		return nil, server.Refuse("the setting renderYamlToDirectory", "clusters only")
	}
	if news["enableServerSideApply"] == "false" {
		return nil, server.Refuse("the setting enableServerSideApply: false", "server-side apply only")
	}
	if strict(news) {
		if strings.Contains(request.GetUrn(), "::default") {
			response.Failures = append(response.Failures, &pulumirpc.CheckFailure{
				Reason: "strict mode prohibits default provider",
			})
		}
		for _, name := range []string{"kubeconfig", "context"} {
			if value := news[name]; value == nil || value == "" {
				response.Failures = append(response.Failures, &pulumirpc.CheckFailure{
					Property: name, Reason: fmt.Sprintf(`strict mode requires Provider %q argument`, name),
				})
			}
		}
	}
	return response, nil
}

// The engine gives plugins the stack's configuration of their package as JSON.
func strict(news provider.Map) bool {
	if value, set := news["strictMode"].(string); set {
		return value == "true"
	}
	var stack map[string]any
	if err := json.Unmarshal([]byte(os.Getenv("PULUMI_CONFIG")), &stack); err != nil {
		return false // an older engine sends none
	}
	return stack["strictMode"] == "true"
}

// DiffConfig says whether a change of the settings means another cluster, whose resources are all created anew.
func (server *server) DiffConfig(
	_ context.Context, request *pulumirpc.DiffRequest,
) (*pulumirpc.DiffResponse, error) {
	olds := provider.PlainMap(provider.Unmarshal(request.GetOlds()))
	news := provider.PlainMap(provider.Unmarshal(request.GetNews()))
	changed := changedKeys(olds, news)
	if len(changed) == 0 {
		return &pulumirpc.DiffResponse{Changes: pulumirpc.DiffResponse_DIFF_NONE}, nil
	}
	response := &pulumirpc.DiffResponse{Changes: pulumirpc.DiffResponse_DIFF_SOME, Diffs: changed}
	oldIdentifier, newIdentifier := olds["clusterIdentifier"], news["clusterIdentifier"]
	identified := newIdentifier != nil && reflect.DeepEqual(oldIdentifier, newIdentifier)
	// Setting the identifier for the first time, or dropping it, replaces nothing.
	if oldIdentifier != nil && newIdentifier != nil && !identified {
		response.Replaces = append(response.Replaces, "clusterIdentifier")
	}
	for _, key := range clusterKeys {
		if _, unknown := news[key].(provider.Unknown); unknown {
			response.Diffs = []string{key}
			if !identified {
				response.Replaces = append(response.Replaces, key)
			}
			return response, nil
		}
	}
	another, err := anotherCluster(olds, news)
	if err != nil {
		return nil, err
	}
	if another && !identified {
		for _, key := range clusterKeys {
			if slices.Contains(changed, key) {
				response.Replaces = append(response.Replaces, key)
			}
		}
	}
	return response, nil
}

// Together these settings say which cluster it is.
var clusterKeys = []string{"kubeconfig", "context", "cluster"}

func anotherCluster(olds, news provider.Map) (bool, error) {
	oldConfig, err := cluster.ParseKubeconfigValue(olds["kubeconfig"])
	if err != nil {
		return false, err
	}
	newConfig, err := cluster.ParseKubeconfigValue(news["kubeconfig"])
	if err != nil {
		return false, err
	}
	was := cluster.ActiveCluster(oldConfig, accessOf(olds))
	is := cluster.ActiveCluster(newConfig, accessOf(news))
	return was != nil && is != nil && !reflect.DeepEqual(was, is), nil
}

func accessOf(settings provider.Map) cluster.Access {
	context, _ := settings["context"].(string)
	name, _ := settings["cluster"].(string)
	return cluster.Access{Context: context, Cluster: name}
}

func changedKeys(olds, news provider.Map) []string {
	var changed []string
	for key, value := range news {
		if old, had := olds[key]; !had && value != nil || had && !reflect.DeepEqual(old, value) {
			changed = append(changed, key)
		}
	}
	for key, value := range olds {
		if _, has := news[key]; !has && value != nil {
			changed = append(changed, key)
		}
	}
	slices.Sort(changed)
	return changed
}
