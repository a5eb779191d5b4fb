// Package await waits until objects are what their kind promises: a Deployment available, a Service with an address.
package await

import (
	"errors"
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Failure is an object that exists but did not get where it should: what was waited for, and what is wrong with it.
type Failure struct {
	// Object is as it was last seen.
	Object  *unstructured.Unstructured
	message string
	reasons []string
}

// Error is what happened, without the reasons.
func (failure *Failure) Error() string { return failure.message }

func timedOut(object *unstructured.Unstructured, reasons []string) *Failure {
	return &Failure{object, fmt.Sprintf("'%s' timed out waiting to be Ready", object.GetName()), reasons}
}

func cancelled(object *unstructured.Unstructured, reasons []string) *Failure {
	return &Failure{object, fmt.Sprintf("Resource operation was cancelled for %q", object.GetName()), reasons}
}

func unready(object *unstructured.Unstructured, reasons []string) *Failure {
	return &Failure{object, fmt.Sprintf("Resource '%s' was created but failed to initialize", object.GetName()), reasons}
}

func undeleted(object *unstructured.Unstructured) *Failure {
	message := fmt.Sprintf("timed out waiting for %q to be deleted", object.GetName())
	if finalizers := object.GetFinalizers(); len(finalizers) > 0 {
		message += fmt.Sprintf("; finalizers might be preventing deletion (%s)", strings.Join(finalizers, ", "))
	}
	return &Failure{object, message, nil}
}

// Reasons are an error's message and, of a Failure, what is wrong with the object.
func Reasons(err error) []string {
	reasons := []string{err.Error()}
	if failure := new(Failure); errors.As(err, &failure) {
		reasons = append(reasons, failure.reasons...)
	}
	return reasons
}
