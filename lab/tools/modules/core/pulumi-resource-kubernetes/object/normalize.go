package object

import (
	"encoding/base64"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/scheme"

	"isthmus.lab/tools/core/provider"
)

// The API server owns these fields of metadata; an input that has them means nothing by it.
var readOnlyMetadata = []string{
	"creationTimestamp", "deletionGracePeriodSeconds", "deletionTimestamp", "generation", "managedFields",
	"resourceVersion", "uid",
}

// Normalize brings inputs to the form in which the API server would return them, so that spellings that mean the same
// ("1000m" and "1", stringData and data) do not differ. An object with unknowns is only freed of read-only fields.
// The argument is changed and returned.
func Normalize(object *unstructured.Unstructured) *unstructured.Unstructured {
	if !provider.HasUnknown(object.Object) {
		if IsSecret(object) {
			normalizeSecret(object)
		} else {
			normalizeTyped(object)
		}
	}
	if metadata, ok := object.Object["metadata"].(map[string]any); ok {
		for _, field := range readOnlyMetadata {
			delete(metadata, field)
		}
	}
	return object
}

// IsSecret says whether the object is a core Secret.
func IsSecret(object *unstructured.Unstructured) bool {
	return object.GetAPIVersion() == "v1" && object.GetKind() == "Secret"
}

// IsConfigMap says whether the object is a core ConfigMap.
func IsConfigMap(object *unstructured.Unstructured) bool {
	return object.GetAPIVersion() == "v1" && object.GetKind() == "ConfigMap"
}

// Through the Go type and back. An object whose fields do not fit the type stays as it is: the API server will say why.
func normalizeTyped(object *unstructured.Unstructured) {
	typed, err := scheme.Scheme.New(object.GroupVersionKind())
	if err != nil {
		return // no built-in kind
	}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, typed); err != nil {
		return
	}
	normal, err := runtime.DefaultUnstructuredConverter.ToUnstructured(typed)
	if err != nil {
		return
	}
	object.Object = Prune(normal, object.Object)
}

func normalizeSecret(object *unstructured.Unstructured) {
	data, _ := object.Object["data"].(map[string]any)
	text, _ := object.Object["stringData"].(map[string]any)
	for key, value := range data {
		encoded, _ := value.(string)
		if decoded, err := base64.StdEncoding.DecodeString(encoded); err == nil {
			data[key] = base64.StdEncoding.EncodeToString(decoded)
		}
	}
	if len(text) == 0 {
		return
	}
	if data == nil {
		data = make(map[string]any, len(text))
	}
	for key, value := range text {
		plain, is := value.(string)
		if !is {
			return // the API server will refuse it
		}
		data[key] = base64.StdEncoding.EncodeToString([]byte(plain))
	}
	object.Object["data"] = data
	delete(object.Object, "stringData")
}
