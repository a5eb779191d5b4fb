package main

import "isthmus.lab/tools/core/provider"

// What is missing or of another type reads as the zero value: check has seen the inputs before.

func stringAt(properties provider.Map, key string) string {
	value, _ := properties[key].(string)
	return value
}

func boolAt(properties provider.Map, key string) bool {
	value, _ := properties[key].(bool)
	return value
}

func intAt(properties provider.Map, key string) int {
	value, _ := properties[key].(float64)
	return int(value)
}

func objectAt(properties provider.Map, key string) provider.Map {
	value, _ := properties[key].(map[string]any)
	return value
}

func stringsAt(properties provider.Map, key string) []string {
	list, _ := properties[key].([]any)
	var result []string
	for _, element := range list {
		if value, ok := element.(string); ok {
			result = append(result, value)
		}
	}
	return result
}
