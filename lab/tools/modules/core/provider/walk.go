package provider

// Plain is the value without its marks of secrecy, at any depth. Unknowns stay.
func Plain(value any) any {
	switch value := value.(type) {
	case Secret:
		return Plain(value.Value)
	case map[string]any:
		return PlainMap(value)
	case []any:
		result := make([]any, len(value))
		for index, element := range value {
			result[index] = Plain(element)
		}
		return result
	default:
		return value
	}
}

// PlainMap is Plain for properties.
func PlainMap(properties Map) Map {
	result := make(Map, len(properties))
	for key, value := range properties {
		result[key] = Plain(value)
	}
	return result
}

// HasUnknown says whether anything in the value is unknown.
func HasUnknown(value any) bool {
	return some(value, func(value any) bool { _, is := value.(Unknown); return is })
}

// HasSecret says whether anything in the value is secret.
func HasSecret(value any) bool {
	return some(value, func(value any) bool { _, is := value.(Secret); return is })
}

func some(value any, is func(any) bool) bool {
	if is(value) {
		return true
	}
	switch value := value.(type) {
	case Secret:
		return some(value.Value, is)
	case map[string]any:
		for _, element := range value {
			if some(element, is) {
				return true
			}
		}
	case []any:
		for _, element := range value {
			if some(element, is) {
				return true
			}
		}
	}
	return false
}

// AnnotateSecrets marks in value what stands marked at the same place in model. Neither argument is changed.
func AnnotateSecrets(value, model any) any {
	switch model := model.(type) {
	case Secret:
		if secret, already := value.(Secret); already {
			return secret
		}
		return Secret{value}
	case map[string]any:
		object, ok := value.(map[string]any)
		if !ok {
			return value
		}
		result := make(Map, len(object))
		for key, element := range object {
			result[key] = AnnotateSecrets(element, model[key])
		}
		return result
	case []any:
		list, ok := value.([]any)
		if !ok {
			return value
		}
		result := make([]any, len(list))
		copy(result, list)
		for index := range min(len(list), len(model)) {
			result[index] = AnnotateSecrets(list[index], model[index])
		}
		return result
	default:
		return value
	}
}
