package object

import "isthmus.lab/tools/core/provider"

// MarkSecrets marks in outputs what is secret in inputs, and data and stringData of every Secret. Objects are marked
// field by field; a list with anything secret in it is marked whole, because its order may change. outputs is changed.
func MarkSecrets(outputs, inputs provider.Map) {
	if outputs["kind"] == "Secret" {
		for _, field := range []string{"data", "stringData"} {
			if value, has := outputs[field]; has {
				outputs[field] = asSecret(value)
			}
		}
	}
	for key, input := range inputs {
		output, has := outputs[key]
		if !has {
			continue
		}
		outputObject, outputIs := output.(map[string]any) // not so when it is marked already
		inputObject, inputIs := input.(map[string]any)
		if outputIs && inputIs {
			MarkSecrets(outputObject, inputObject)
		} else if provider.HasSecret(input) {
			outputs[key] = asSecret(output)
		}
	}
}

func asSecret(value any) any {
	if _, already := value.(provider.Secret); already {
		return value
	}
	return provider.Secret{Value: value}
}
