package main

import (
	"encoding/pem"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"time"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"isthmus.lab/tools/core/provider"
)

// planned are the outputs as far as they are known before anything is done: the inputs, the defaults, and for a
// certificate that it needs no renewal.
func (resource resource) planned(inputs provider.Map) provider.Map {
	result := maps.Clone(resource.fixed)
	if result == nil {
		result = provider.Map{}
	}
	for key, field := range resource.inputs {
		switch {
		case inputs[key] != nil:
			result[key] = inputs[key]
		case field.initial != nil:
			result[key] = field.initial
		}
	}
	if resource.expires() {
		result["readyForRenewal"] = false
	}
	return result
}

// preview are the outputs of a resource that is yet to be created.
func (resource resource) preview(inputs provider.Map) provider.Map {
	result := resource.planned(inputs)
	result["id"] = provider.Unknown{}
	for _, key := range resource.computed {
		result[key] = provider.Unknown{}
	}
	return result
}

// updated are the outputs after an update in place: nothing that was computed changes.
func (resource resource) updated(state, inputs provider.Map) provider.Map {
	result := resource.planned(inputs)
	result["id"] = state["id"]
	for _, key := range resource.computed {
		result[key] = state[key]
	}
	return result
}

// marked is outputs with the secret ones marked.
func (resource resource) marked(outputs provider.Map) provider.Map {
	result := maps.Clone(outputs)
	for key, field := range resource.inputs {
		if field.secret && result[key] != nil {
			result[key] = provider.Secret{Value: result[key]}
		}
	}
	for _, key := range resource.secrets {
		if result[key] != nil {
			result[key] = provider.Secret{Value: result[key]}
		}
	}
	return result
}

// change is one difference between the state and the plan. path is the property's, in Pulumi's notation.
type change struct {
	path     string
	property string
	kind     pulumirpc.PropertyDiff_Kind
	replaces bool
}

// diff says what the new inputs change in the state, in the order of the properties' names. A certificate inside its
// renewal window is replaced because of readyForRenewal.
func (resource resource) diff(state, inputs provider.Map, now time.Time) ([]change, error) {
	plan := resource.planned(inputs)
	var changes []change
	for _, property := range slices.Sorted(maps.Keys(resource.inputs)) {
		field := resource.inputs[property]
		replaces := !field.inPlace && (!field.pem || isPEM(state[property]))
		for _, found := range compare(property, state[property], plan[property]) {
			found.property, found.replaces = property, replaces
			changes = append(changes, found)
		}
	}
	if resource.expires() {
		due, err := renewalDue(state["validityEndTime"], plan["earlyRenewalHours"], now)
		if err != nil {
			return nil, err
		}
		if due {
			const property = "readyForRenewal"
			changes = append(changes, change{property, property, pulumirpc.PropertyDiff_UPDATE, true})
		}
	}
	return changes, nil
}

// renewalDue says whether now is within earlyRenewalHours of the end, or past it. Without a known end it is not.
func renewalDue(end, earlyRenewalHours any, now time.Time) (bool, error) {
	text, ok := end.(string)
	early, known := earlyRenewalHours.(float64)
	if !ok || !known || text == "" {
		return false, nil
	}
	last, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return false, fmt.Errorf("validityEndTime: %w", err)
	}
	return !now.Before(last.Add(-time.Duration(early) * time.Hour)), nil
}

func isPEM(value any) bool {
	text, ok := value.(string)
	if !ok {
		return false
	}
	block, _ := pem.Decode([]byte(text))
	return block != nil
}

// compare finds the innermost differences of two values.
func compare(path string, old, next any) []change {
	if reflect.DeepEqual(old, next) {
		return nil
	}
	switch {
	case old == nil:
		return []change{{path: path, kind: pulumirpc.PropertyDiff_ADD}}
	case next == nil:
		return []change{{path: path, kind: pulumirpc.PropertyDiff_DELETE}}
	}
	var changes []change
	switch old := old.(type) {
	case map[string]any:
		next, ok := next.(map[string]any)
		if !ok {
			break
		}
		keys := slices.Collect(maps.Keys(old))
		for key := range next {
			if _, both := old[key]; !both {
				keys = append(keys, key)
			}
		}
		slices.Sort(keys)
		for _, key := range keys {
			changes = append(changes, compare(path+"."+key, old[key], next[key])...)
		}
		return changes
	case []any:
		next, ok := next.([]any)
		if !ok {
			break
		}
		for index := range max(len(old), len(next)) {
			changes = append(changes, compare(fmt.Sprintf("%s[%d]", path, index), at(old, index), at(next, index))...)
		}
		return changes
	}
	return []change{{path: path, kind: pulumirpc.PropertyDiff_UPDATE}}
}

func at(list []any, index int) any {
	if index < len(list) {
		return list[index]
	}
	return nil
}
