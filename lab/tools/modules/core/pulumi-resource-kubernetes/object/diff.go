package object

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"isthmus.lab/tools/core/provider"
)

// Difference is a detailed diff: by path, in Pulumi's notation, what happens there.
type Difference map[string]*pulumirpc.PropertyDiff

// absent stands for a field that is not there, as opposed to one that is null.
type absent struct{}

// Compare says how news differ from olds. Only a field that oldInputs have can be deleted: for an object both are the
// live object pruned to the old inputs, for a Helm release olds are the whole state. A change at or below one of the
// replacement fields is a replacement.
func Compare(olds, oldInputs, news map[string]any, replacement [][]string) Difference {
	comparison := comparison{replacement: replacement, difference: Difference{}}
	comparison.maps(nil, olds, oldInputs, news)
	return comparison.difference
}

// Replaced are the paths that replace the object, sorted.
func (difference Difference) Replaced() []string {
	var paths []string
	for path, change := range difference {
		switch change.GetKind() {
		case pulumirpc.PropertyDiff_ADD_REPLACE, pulumirpc.PropertyDiff_DELETE_REPLACE, pulumirpc.PropertyDiff_UPDATE_REPLACE:
			paths = append(paths, path)
		case pulumirpc.PropertyDiff_DELETE:
			if path == "metadata" {
				paths = append(paths, path)
			}
		}
	}
	slices.Sort(paths)
	return paths
}

// Ignore takes out what the resource option ignoreChanges names: a path and everything below it.
func (difference Difference) Ignore(paths []string) {
	for path := range difference {
		for _, ignored := range paths {
			rest, below := strings.CutPrefix(path, ignored)
			if below && (rest == "" || rest[0] == '.' || rest[0] == '[') {
				delete(difference, path)
			}
		}
	}
}

type comparison struct {
	replacement [][]string
	difference  Difference
}

func (comparison *comparison) maps(path []any, olds, oldInputs, news map[string]any) {
	for _, key := range slices.Sorted(maps.Keys(news)) {
		comparison.value(below(path, key), field(olds, key), field(oldInputs, key), news[key])
	}
	for _, key := range slices.Sorted(maps.Keys(oldInputs)) {
		if _, still := news[key]; !still && oldInputs[key] != nil {
			comparison.add(below(path, key), pulumirpc.PropertyDiff_DELETE, nil)
		}
	}
}

func (comparison *comparison) value(path []any, old, oldInput, value any) {
	_, added := old.(absent)
	_, unknown := value.(provider.Unknown)
	switch {
	case unknown && !added:
		comparison.add(path, pulumirpc.PropertyDiff_UPDATE, value)
		return
	case added && value == nil:
		return
	case added:
		comparison.add(path, pulumirpc.PropertyDiff_ADD, value)
		return
	case value == nil && old != nil:
		comparison.add(path, pulumirpc.PropertyDiff_DELETE, value)
		return
	}
	switch typed := value.(type) {
	case map[string]any:
		if olds, is := old.(map[string]any); is {
			oldInputs, _ := oldInput.(map[string]any)
			comparison.maps(path, olds, oldInputs, typed)
			return
		}
	case []any:
		if olds, is := old.([]any); is {
			comparison.lists(path, olds, typed)
			return
		}
	default:
		if reflect.DeepEqual(old, value) {
			return
		}
	}
	comparison.add(path, pulumirpc.PropertyDiff_UPDATE, value)
}

// Lists are compared by position. Within them the live list stands for the old inputs: nobody else owns parts of it.
func (comparison *comparison) lists(path []any, olds, news []any) {
	for index := range min(len(olds), len(news)) {
		comparison.value(below(path, index), olds[index], olds[index], news[index])
	}
	for index := len(olds); index < len(news); index++ {
		comparison.add(below(path, index), pulumirpc.PropertyDiff_ADD, news[index])
	}
	for index := len(news); index < len(olds); index++ {
		comparison.add(below(path, index), pulumirpc.PropertyDiff_DELETE, nil)
	}
}

func (comparison *comparison) add(path []any, kind pulumirpc.PropertyDiff_Kind, value any) {
	inputDiff := kind == pulumirpc.PropertyDiff_DELETE
	if comparison.replaces(path, value) {
		kind++ // each kind is followed by the same one with a replacement
	}
	comparison.difference[text(path)] = &pulumirpc.PropertyDiff{Kind: kind, InputDiff: inputDiff}
}

// A change replaces when it is at or below a replacement field, or when the new value contains such a field.
func (comparison *comparison) replaces(path []any, value any) bool {
	for _, fields := range comparison.replacement {
		matched := true
		for index := range min(len(path), len(fields)) {
			matched = matched && path[index] == any(fields[index])
		}
		if matched && (len(path) >= len(fields) || contains(value, fields[len(path):])) {
			return true
		}
	}
	return false
}

func contains(value any, fields []string) bool {
	for _, name := range fields {
		object, _ := value.(map[string]any)
		next, has := object[name]
		if !has {
			return false
		}
		value = next
	}
	return true
}

func field(object map[string]any, key string) any {
	if value, has := object[key]; has {
		return value
	}
	return absent{}
}

func below(path []any, step any) []any {
	return append(path[:len(path):len(path)], step)
}

// text is a path in Pulumi's notation: metadata.labels["topology.istio.io/network"], rules[0].verbs[1].
func text(path []any) string {
	var result strings.Builder
	for _, step := range path {
		switch step := step.(type) {
		case int:
			fmt.Fprintf(&result, "[%d]", step)
		case string:
			if strings.ContainsAny(step, `."[]`) {
				fmt.Fprintf(&result, `["%s"]`, strings.ReplaceAll(step, `"`, `\"`))
				continue
			}
			if result.Len() > 0 {
				result.WriteByte('.')
			}
			result.WriteString(step)
		}
	}
	return result.String()
}
