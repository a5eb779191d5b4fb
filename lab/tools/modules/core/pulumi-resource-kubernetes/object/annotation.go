package object

import (
	"strconv"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Annotations by which a user tells the provider how to treat an object.
const (
	annotationAutonamed         = "pulumi.com/autonamed"
	annotationSkipAwait         = "pulumi.com/skipAwait"
	annotationTimeoutSeconds    = "pulumi.com/timeoutSeconds"
	annotationPatchForce        = "pulumi.com/patchForce"
	annotationPatchFieldManager = "pulumi.com/patchFieldManager"
	annotationDeletion          = "pulumi.com/deletionPropagationPolicy"
)

// DefaultTimeout is how long a create, update or delete may take unless the resource says otherwise.
const DefaultTimeout = 10 * time.Minute

// Annotation is the value of an annotation, or empty. Unlike the API machinery's it accepts unknowns elsewhere.
func Annotation(object *unstructured.Unstructured, name string) string {
	metadata, _ := object.Object["metadata"].(map[string]any)
	annotations, _ := metadata["annotations"].(map[string]any)
	value, _ := annotations[name].(string)
	return value
}

// SkipsAwait says whether the user does not want to wait for the object.
func SkipsAwait(object *unstructured.Unstructured) bool {
	return Annotation(object, annotationSkipAwait) == "true"
}

// ForcesPatch says whether an apply may take fields from other managers.
func ForcesPatch(object *unstructured.Unstructured) bool {
	return Annotation(object, annotationPatchForce) == "true"
}

// IsAutonamed says whether the object's name was made by the provider.
func IsAutonamed(object *unstructured.Unstructured) bool {
	return Annotation(object, annotationAutonamed) == "true"
}

// Timeout is the resource option customTimeouts (in seconds, 0: not given), else the annotation, else DefaultTimeout.
func Timeout(optionSeconds float64, object *unstructured.Unstructured) time.Duration {
	if optionSeconds != 0 {
		return time.Duration(optionSeconds * float64(time.Second))
	}
	if seconds, err := strconv.Atoi(Annotation(object, annotationTimeoutSeconds)); err == nil {
		return time.Duration(seconds) * time.Second
	}
	return DefaultTimeout
}

// DeletionPropagation is how dependents of a deleted object go: before it, unless the annotation says otherwise.
func DeletionPropagation(object *unstructured.Unstructured) metav1.DeletionPropagation {
	switch strings.ToLower(Annotation(object, annotationDeletion)) {
	case "orphan":
		return metav1.DeletePropagationOrphan
	case "background":
		return metav1.DeletePropagationBackground
	default:
		return metav1.DeletePropagationForeground
	}
}
