package main

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"

	"isthmus.lab/tools/core/provider"
)

// check names what is wrong with a resource's inputs: pairs of property path and reason. What is unknown passes.
func (resource resource) check(inputs provider.Map) [][2]string {
	return checkFields("", resource.inputs, inputs)
}

func checkFields(prefix string, fields map[string]input, values provider.Map) [][2]string {
	var problems [][2]string
	for key, field := range fields {
		if field.required && values[key] == nil {
			problems = append(problems, [2]string{prefix + key, "a value is required"})
		}
	}
	for key, value := range values {
		field, known := fields[key]
		switch {
		case strings.HasPrefix(key, "__") || value == nil:
		case !known:
			problems = append(problems, [2]string{prefix + key, "is not an input that the lab's stand-in for the tls plugin knows"})
		default:
			problems = append(problems, checkValue(prefix+key, field, value)...)
		}
	}
	sort.Slice(problems, func(one, other int) bool { return problems[one][0] < problems[other][0] })
	return problems
}

func checkValue(path string, field input, value any) [][2]string {
	if _, unknown := value.(provider.Unknown); unknown {
		return nil
	}
	wrong := func(expected string) [][2]string {
		return [][2]string{{path, "must be " + expected}}
	}
	switch field.kind {
	case text:
		given, ok := value.(string)
		if !ok {
			return wrong("a string")
		}
		return checkChoice(path, field, given)
	case number:
		given, ok := value.(float64)
		if !ok || given != math.Trunc(given) {
			return wrong("a whole number")
		}
		if given < 0 && path != "maxPathLength" {
			return wrong("at least 0")
		}
	case truth:
		if _, ok := value.(bool); !ok {
			return wrong("true or false")
		}
	case texts:
		list, ok := value.([]any)
		if !ok {
			return wrong("a list of strings")
		}
		var problems [][2]string
		for index, element := range list {
			one := input{oneOf: field.oneOf}
			problems = append(problems, checkValue(fmt.Sprintf("%s[%d]", path, index), one, element)...)
		}
		return problems
	case object:
		fields, ok := value.(map[string]any)
		if !ok {
			return wrong("an object")
		}
		return checkFields(path+".", field.fields, fields)
	}
	return nil
}

func checkChoice(path string, field input, given string) [][2]string {
	if len(field.oneOf) == 0 || slices.Contains(field.oneOf, given) {
		return nil
	}
	return [][2]string{{path, fmt.Sprintf("must be one of %s; found %q", strings.Join(field.oneOf, ", "), given)}}
}
