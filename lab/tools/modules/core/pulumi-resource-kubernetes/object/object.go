// Package object holds what concerns a Kubernetes object as Pulumi sees it, without any contact with a cluster:
// conversion, normal form, names, differences and the shape of the state.
package object

import (
	"math"
	"slices"
	"strings"

	"isthmus.lab/tools/core/provider"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Properties that the state holds beside the live object. Their names are the official plugin's.
const (
	InputsKey            = "__inputs"
	InitialAPIVersionKey = "__initialApiVersion"
	FieldManagerKey      = "__fieldManager"
)

// maxExactInteger is the largest integer that a float64 holds exactly (2^53).
const maxExactInteger = 1 << 53

// FromProperties is the object that the properties describe, without marks of secrecy. Unknowns stay in it, so it must
// not be deep-copied or sent while provider.HasUnknown says that there are any.
func FromProperties(properties provider.Map) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: integers(provider.PlainMap(properties)).(map[string]any)}
}

// Pulumi knows no integers, Kubernetes does: whole numbers become int64, in place.
func integers(value any) any {
	switch value := value.(type) {
	case float64:
		if value == math.Trunc(value) && math.Abs(value) < maxExactInteger {
			return int64(value)
		}
	case map[string]any:
		for key, element := range value {
			value[key] = integers(element)
		}
	case []any:
		for index, element := range value {
			value[index] = integers(element)
		}
	}
	return value
}

// ID is the Pulumi id of an object: namespace/name, or the name alone.
func ID(namespace, name string) string {
	if namespace == "" {
		return name
	}
	return namespace + "/" + name
}

// ParseID is the reverse of ID.
func ParseID(id string) (namespace, name string) {
	before, after, found := strings.Cut(id, "/")
	if !found {
		return "", before
	}
	return before, after
}

// Copy copies maps and lists at any depth; unlike the API machinery's it accepts unknowns.
func Copy(value any) any {
	switch value := value.(type) {
	case map[string]any:
		result := make(map[string]any, len(value))
		for key, element := range value {
			result[key] = Copy(element)
		}
		return result
	case []any:
		result := slices.Clone(value)
		for index, element := range result {
			result[index] = Copy(element)
		}
		return result
	default:
		return value
	}
}
