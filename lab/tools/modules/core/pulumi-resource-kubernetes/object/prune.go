package object

import "reflect"

// Prune keeps of source what target has at the same place: of a live object, the fields that our inputs set. List
// elements are matched by position. Where the kinds of values differ, source's value is kept whole.
func Prune(source, target map[string]any) map[string]any {
	if source == nil || target == nil {
		return nil
	}
	result := make(map[string]any, len(target))
	for key, wanted := range target {
		if value, has := source[key]; has {
			result[key] = pruneValue(value, wanted)
		}
	}
	return result
}

func pruneValue(value, wanted any) any {
	if reflect.TypeOf(value) != reflect.TypeOf(wanted) {
		return value
	}
	switch value := value.(type) {
	case map[string]any:
		return Prune(value, wanted.(map[string]any))
	case []any:
		return pruneList(value, wanted.([]any))
	default:
		return value
	}
}

func pruneList(source, target []any) []any {
	result := make([]any, 0, len(target))
	for index := range min(len(source), len(target)) {
		result = append(result, pruneValue(source[index], target[index]))
	}
	return result
}
