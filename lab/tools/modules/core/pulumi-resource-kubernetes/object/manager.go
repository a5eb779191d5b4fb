package object

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
)

// Managers whose fields an update takes over, by the start of their name: our own creations, and people who used
// kubectl. Fields of other managers stay theirs, and a conflict with them is an error.
var (
	creators = []string{"pulumi-kubernetes", "pulumi-resource-kubernetes"}
	people   = []string{"kubectl", "before-first-apply"}
)

func updatedBy(entry metav1.ManagedFieldsEntry, names []string) bool {
	return entry.Operation == metav1.ManagedFieldsOperationUpdate && entry.Subresource == "" &&
		slices.ContainsFunc(names, func(name string) bool { return strings.HasPrefix(entry.Manager, name) })
}

// HasForeignUpdates says whether fields of the object still belong to its creation, so that an apply which takes
// nothing over first has to be forced.
func HasForeignUpdates(live *unstructured.Unstructured) bool {
	return slices.ContainsFunc(live.GetManagedFields(), func(entry metav1.ManagedFieldsEntry) bool {
		return updatedBy(entry, creators)
	})
}

// TakeOverFields is the JSON patch that gives the manager the fields of the object's creation and of kubectl, so that
// its next apply can change and drop them. Nothing to take over: nil.
func TakeOverFields(live *unstructured.Unstructured, manager string) ([]byte, error) {
	names := slices.Concat(creators, people)
	owned := &fieldpath.Set{}
	taken, others := 0, []metav1.ManagedFieldsEntry{}
	template := metav1.ManagedFieldsEntry{}
	for _, entry := range live.GetManagedFields() {
		ours := entry.Manager == manager && entry.Operation == metav1.ManagedFieldsOperationApply && entry.Subresource == ""
		kubectlApply := entry.Operation == metav1.ManagedFieldsOperationApply && strings.HasPrefix(entry.Manager, "kubectl")
		if !ours && !kubectlApply && !updatedBy(entry, names) {
			others = append(others, entry)
			continue
		}
		if !ours {
			taken++
		}
		if ours || template.APIVersion == "" {
			template = entry
		}
		fields := &fieldpath.Set{}
		if entry.FieldsV1 != nil {
			if err := fields.FromJSON(bytes.NewReader(entry.FieldsV1.Raw)); err != nil {
				return nil, fmt.Errorf("managed fields of %s: %w", entry.Manager, err)
			}
		}
		owned = owned.Union(fields)
	}
	if taken == 0 {
		return nil, nil
	}
	raw, err := owned.ToJSON()
	if err != nil {
		return nil, err
	}
	template.Manager, template.Operation = manager, metav1.ManagedFieldsOperationApply
	template.FieldsV1 = &metav1.FieldsV1{Raw: raw}
	return json.Marshal([]map[string]any{
		{"op": "replace", "path": "/metadata/managedFields", "value": append(others, template)},
		// A change in between makes the patch fail instead of losing somebody's fields.
		{"op": "replace", "path": "/metadata/resourceVersion", "value": live.GetResourceVersion()},
	})
}

// SplitPath splits a property path without lists: metadata.labels["a.b"] is metadata, labels, a.b.
func SplitPath(path string) []string {
	var fields []string
	for path != "" {
		if rest, quoted := strings.CutPrefix(path, `["`); quoted {
			field, after, _ := strings.Cut(rest, `"]`)
			fields, path = append(fields, field), strings.TrimPrefix(after, ".")
			continue
		}
		end := strings.IndexAny(path, ".[")
		if end < 0 {
			return append(fields, path)
		}
		fields, path = append(fields, path[:end]), strings.TrimPrefix(path[end:], ".")
	}
	return fields
}
