package object

import (
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"isthmus.lab/tools/core/provider"
)

// State is what the state holds of an object: the live object, and in it the inputs it came from, the API version of
// its creation and its field manager.
func State(
	inputs, live *unstructured.Unstructured, marked provider.Map, initialAPIVersion, fieldManager string,
) provider.Map {
	state := Copy(live.Object).(map[string]any)
	stored := Copy(inputs.Object).(map[string]any)
	MarkSecrets(state, marked)
	MarkSecrets(stored, marked)
	state[InputsKey] = stored
	state[InitialAPIVersionKey] = initialAPIVersion
	state[FieldManagerKey] = fieldManager
	return state
}

// ParseState is the reverse of State, without marks of secrecy.
func ParseState(state provider.Map) (inputs, live *unstructured.Unstructured) {
	live = FromProperties(state)
	stored, _ := live.Object[InputsKey].(map[string]any)
	if stored == nil {
		stored = map[string]any{}
	}
	for _, key := range []string{InputsKey, InitialAPIVersionKey, FieldManagerKey} {
		delete(live.Object, key)
	}
	return &unstructured.Unstructured{Object: stored}, live
}

// InitialAPIVersion is the API version with which the object was created.
func InitialAPIVersion(state provider.Map, inputs *unstructured.Unstructured) string {
	if known, ok := provider.Plain(state[InitialAPIVersionKey]).(string); ok && known != "" {
		return known
	}
	return inputs.GetAPIVersion()
}
