package object

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	mathrand "math/rand/v2"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"isthmus.lab/tools/core/provider"
)

// suffixBytes gives auto-names their eight hex digits.
const suffixBytes = 4

// UniqueName is the prefix and eight hex digits: the same for the same seed, random without a seed.
func UniqueName(prefix string, seed []byte) string {
	suffix := make([]byte, suffixBytes)
	if len(seed) > 0 {
		_, _ = mathrand.NewChaCha8(sha256.Sum256(seed)).Read(suffix)
	} else {
		_, _ = rand.Read(suffix) // never fails: crypto/rand ends the program instead
	}
	return prefix + hex.EncodeToString(suffix)
}

// FieldManager is the manager of the object's fields from its first update on: the user's, the state's, or a new one.
func FieldManager(state provider.Map, inputs *unstructured.Unstructured) string {
	if chosen := Annotation(inputs, annotationPatchFieldManager); chosen != "" {
		return chosen
	}
	if known, ok := provider.Plain(state[FieldManagerKey]).(string); ok && known != "" {
		return known
	}
	return UniqueName("pulumi-kubernetes-", nil)
}

// IsNamed says whether the object has a name, known or not yet known.
func IsNamed(object *unstructured.Unstructured) bool {
	metadata, _ := object.Object["metadata"].(map[string]any)
	if name, is := metadata["name"].(string); is {
		return name != ""
	}
	_, unknown := metadata["name"].(provider.Unknown)
	return unknown
}

// HasGenerateName says whether the API server is asked to make the name.
func HasGenerateName(object *unstructured.Unstructured) bool {
	metadata, _ := object.Object["metadata"].(map[string]any)
	_, has := metadata["generateName"]
	return has && !IsNamed(object)
}

// AssignName gives a new object without a name one that is made of its logical name, and marks it so.
func AssignName(
	object *unstructured.Unstructured, logicalName string, seed []byte, naming *pulumirpc.CheckRequest_AutonamingOptions,
) error {
	if IsNamed(object) || HasGenerateName(object) {
		return nil
	}
	name := UniqueName(logicalName+"-", seed)
	if naming != nil {
		switch naming.GetMode() {
		case pulumirpc.CheckRequest_AutonamingOptions_DISABLE:
			return errors.New("autonaming is disabled, resource requires the .metadata.name field to be set")
		default:
			name = naming.GetProposedName()
		}
	}
	setAutoname(object, name)
	return nil
}

// AdoptName keeps the name that the provider made for the object before.
func AdoptName(object, old *unstructured.Unstructured) {
	if !IsNamed(object) && IsAutonamed(old) {
		setAutoname(object, old.GetName())
	}
}

func setAutoname(object *unstructured.Unstructured, name string) {
	if _, unknown := object.Object["metadata"].(provider.Unknown); unknown {
		return
	}
	metadata, _ := object.Object["metadata"].(map[string]any)
	if metadata == nil {
		metadata = map[string]any{}
		object.Object["metadata"] = metadata
	}
	metadata["name"] = name
	if _, unknown := metadata["annotations"].(provider.Unknown); unknown {
		return
	}
	annotations, _ := metadata["annotations"].(map[string]any)
	if annotations == nil {
		annotations = map[string]any{}
		metadata["annotations"] = annotations
	}
	annotations[annotationAutonamed] = "true"
}
