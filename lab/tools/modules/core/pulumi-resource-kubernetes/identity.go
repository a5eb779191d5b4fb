package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

const releaseToken = "kubernetes:helm.sh/v3:Release"

// identity is what a resource's URN says of it.
type identity struct {
	urn, token, name string
	kind             schema.GroupVersionKind
	// patch: the resource owns some fields of an object, not the object.
	patch bool
}

// Kinds of the API server itself that the stand-in knows, by group and version.
var builtIn = map[string][]string{
	"core/v1":                         {"Namespace", "Secret", "ConfigMap", "Service", "ServiceAccount"},
	"apps/v1":                         {"Deployment"},
	"rbac.authorization.k8s.io/v1":    {"ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"},
	"admissionregistration.k8s.io/v1": {"MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"},
}

// Groups under k8s.io that come with custom resource definitions; all others there are the API server's own.
var customGroups = []string{"gateway.networking.k8s.io", "inference.networking.k8s.io"}

var knownTypes = describeKnown()

func describeKnown() string {
	var types []string
	for _, module := range slices.Sorted(maps.Keys(builtIn)) {
		types = append(types, module+" "+strings.Join(builtIn[module], ", "))
	}
	return strings.Join(types, "; ") + "; their Patch resources; custom resources; " + releaseToken
}

// urn:pulumi:<stack>::<project>::<parent types>$<type>::<name>
func parseURN(urn string) (identity, error) {
	parts := strings.SplitN(urn, "::", 4)
	if len(parts) != 4 {
		return identity{}, fmt.Errorf("malformed URN %q", urn)
	}
	token := parts[2][strings.LastIndex(parts[2], "$")+1:]
	result := identity{urn: urn, token: token, name: parts[3]}
	fields := strings.Split(token, ":")
	if len(fields) != 3 || fields[0] != "kubernetes" {
		return identity{}, fmt.Errorf("unrecognized resource type: %q for this provider", token)
	}
	group, version, found := strings.Cut(fields[1], "/")
	if !found {
		return identity{}, fmt.Errorf("apiVersion does not have both a group and a version: %q", fields[1])
	}
	if group == "core" {
		group = ""
	}
	kind, patch := strings.CutSuffix(fields[2], "Patch")
	result.patch = patch && slices.Contains(builtIn[fields[1]], kind)
	if !result.patch {
		kind = fields[2]
	}
	result.kind = schema.GroupVersionKind{Group: group, Version: version, Kind: kind}
	return result, nil
}

func (identity identity) known() bool {
	module := identity.kind.Group + "/" + identity.kind.Version
	if identity.kind.Group == "" {
		module = "core" + module
	}
	return slices.Contains(builtIn[module], identity.kind.Kind) || identity.custom()
}

// A custom resource's group is a domain of its own; the API server's are bare words or under k8s.io.
func (identity identity) custom() bool {
	group := identity.kind.Group
	return strings.Contains(group, ".") && (!strings.HasSuffix(group, ".k8s.io") || slices.Contains(customGroups, group))
}
