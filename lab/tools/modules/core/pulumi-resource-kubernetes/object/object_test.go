package object

import (
	"encoding/json"
	"errors"
	"reflect"
	"regexp"
	"slices"
	"testing"
	"time"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"isthmus.lab/tools/core/provider"
)

func TestNormalize(t *testing.T) {
	cases := []struct{ name, given, want string }{
		{
			"quantities", "{apiVersion: v1, kind: Pod, spec: {containers: [{name: c, resources: {requests: {cpu: 1000m}}}]}}",
			"{apiVersion: v1, kind: Pod, spec: {containers: [{name: c, resources: {requests: {cpu: '1'}}}]}}",
		},
		{
			"stringData", "{apiVersion: v1, kind: Secret, stringData: {a: x}, data: {b: eQ==}}",
			"{apiVersion: v1, kind: Secret, data: {a: eA==, b: eQ==}}",
		},
		{
			"stringData wins", "{apiVersion: v1, kind: Secret, stringData: {a: x}, data: {a: eQ==}}",
			"{apiVersion: v1, kind: Secret, data: {a: eA==}}",
		},
		{
			"read-only metadata", "{apiVersion: a.b/v1, kind: C, metadata: {name: given, uid: u, resourceVersion: '1'}, x: 1}",
			"{apiVersion: a.b/v1, kind: C, metadata: {name: given}, x: 1}",
		},
		{
			"fields that do not fit", "{apiVersion: v1, kind: ConfigMap, data: [1]}", "{apiVersion: v1, kind: ConfigMap, data: [1]}",
		},
	}
	for _, test := range cases {
		got := Normalize(&unstructured.Unstructured{Object: parse(t, test.given)}).Object
		if want := parse(t, test.want); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %v, want %v", test.name, got, want)
		}
	}
}

func TestNormalizeLeavesUnknownsAlone(t *testing.T) {
	given := map[string]any{
		"apiVersion": "v1", "kind": "Secret", "stringData": map[string]any{"a": provider.Unknown{}, "b": "x"},
	}
	if got := Normalize(&unstructured.Unstructured{Object: Copy(given).(map[string]any)}).Object; !reflect.DeepEqual(got, given) {
		t.Errorf("got %v", got)
	}
}

func TestPrune(t *testing.T) {
	live := "{a: 1, b: {c: 2, d: 3}, l: [{x: 1, y: 2}, {x: 3}], other: 1, kind: {}}"
	inputs := "{a: 0, b: {c: 0}, l: [{x: 0}], missing: 1, kind: text}"
	want := "{a: 1, b: {c: 2}, l: [{x: 1}], kind: {}}"
	if got := Prune(parse(t, live), parse(t, inputs)); !reflect.DeepEqual(got, parse(t, want)) {
		t.Errorf("got %v", got)
	}
}

func TestStateMarksSecretsAndComesBack(t *testing.T) {
	marked := provider.Map{
		"apiVersion": "a.b/v1", "kind": "C", "metadata": provider.Map{"name": "n"},
		"spec": provider.Map{"token": provider.Secret{Value: "t"}, "list": []any{provider.Secret{Value: "x"}, "y"}},
	}
	inputs := FromProperties(marked)
	live := FromProperties(marked)
	live.SetUID("u")
	state := State(inputs, live, marked, "a.b/v1", "m")
	spec := state["spec"].(map[string]any)
	want := map[string]any{
		"token": provider.Secret{Value: "t"}, "list": provider.Secret{Value: []any{"x", "y"}},
	}
	if !reflect.DeepEqual(spec, want) {
		t.Errorf("outputs: got %v, want %v", spec, want)
	}
	if stored := state[InputsKey].(map[string]any)["spec"]; !reflect.DeepEqual(stored, want) {
		t.Errorf("inputs: got %v, want %v", stored, want)
	}
	parsedInputs, parsedLive := ParseState(state)
	if !reflect.DeepEqual(parsedInputs.Object, inputs.Object) || !reflect.DeepEqual(parsedLive.Object, live.Object) {
		t.Errorf("got %v and %v", parsedInputs.Object, parsedLive.Object)
	}
}

func TestEverySecretsDataIsSecret(t *testing.T) {
	outputs := provider.Map{"kind": "Secret", "data": provider.Map{"a": "eA=="}, "type": "x"}
	MarkSecrets(outputs, provider.Map{"type": provider.Secret{Value: "x"}, "data": provider.Map{"a": provider.Secret{Value: "eA=="}}})
	want := provider.Map{
		"kind": "Secret", "data": provider.Secret{Value: provider.Map{"a": "eA=="}}, "type": provider.Secret{Value: "x"},
	}
	if !reflect.DeepEqual(outputs, want) {
		t.Errorf("got %v", outputs)
	}
}

func TestAssignName(t *testing.T) {
	propose := &pulumirpc.CheckRequest_AutonamingOptions{
		Mode: pulumirpc.CheckRequest_AutonamingOptions_PROPOSE, ProposedName: "proposed",
	}
	disable := &pulumirpc.CheckRequest_AutonamingOptions{Mode: pulumirpc.CheckRequest_AutonamingOptions_DISABLE}
	cases := []struct {
		name, metadata string
		naming         *pulumirpc.CheckRequest_AutonamingOptions
		want           string
		autonamed      bool
	}{
		{"named", "{name: given}", nil, "^given$", false},
		{"unnamed", "{}", nil, "^logical-[0-9a-f]{8}$", true},
		{"proposed", "{annotations: {a: b}}", propose, "^proposed$", true},
		{"named although disabled", "{name: given}", disable, "^given$", false},
	}
	for _, test := range cases {
		object := &unstructured.Unstructured{Object: map[string]any{"metadata": parse(t, test.metadata)}}
		if err := AssignName(object, "logical", nil, test.naming); err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
		if !regexp.MustCompile(test.want).MatchString(object.GetName()) || IsAutonamed(object) != test.autonamed {
			t.Errorf("%s: got %v", test.name, object.Object)
		}
	}
	if AssignName(&unstructured.Unstructured{Object: map[string]any{}}, "logical", nil, disable) == nil {
		t.Error("a disabled autonaming must be an error for an object without a name")
	}
}

func TestUniqueNameFollowsItsSeed(t *testing.T) {
	one, same, other := UniqueName("a-", []byte("1")), UniqueName("a-", []byte("1")), UniqueName("a-", []byte("2"))
	if one != same || one == other || UniqueName("a-", nil) == UniqueName("a-", nil) {
		t.Errorf("got %s, %s, %s", one, same, other)
	}
}

func TestAdoptNameKeepsOnlyMadeNames(t *testing.T) {
	old := &unstructured.Unstructured{Object: map[string]any{}}
	setAutoname(old, "logical-00000000")
	object := &unstructured.Unstructured{Object: map[string]any{}}
	AdoptName(object, old)
	if object.GetName() != "logical-00000000" || !IsAutonamed(object) {
		t.Errorf("got %v", object.Object)
	}
	object = &unstructured.Unstructured{Object: map[string]any{}}
	AdoptName(object, &unstructured.Unstructured{Object: map[string]any{"metadata": map[string]any{"name": "users"}}})
	if object.GetName() != "" {
		t.Errorf("a user's name must not be adopted, got %q", object.GetName())
	}
}

func TestTimeout(t *testing.T) {
	annotated := &unstructured.Unstructured{Object: parse(t, "{metadata: {annotations: {pulumi.com/timeoutSeconds: '8'}}}")}
	plain := &unstructured.Unstructured{Object: map[string]any{}}
	for name, test := range map[string][2]time.Duration{
		"option":     {Timeout(3, annotated), 3 * time.Second},
		"annotation": {Timeout(0, annotated), 8 * time.Second},
		"default":    {Timeout(0, plain), 10 * time.Minute},
	} {
		if test[0] != test[1] {
			t.Errorf("%s: got %s, want %s", name, test[0], test[1])
		}
	}
}

func TestTakeOverFields(t *testing.T) {
	entry := func(manager string, operation metav1.ManagedFieldsOperationType, subresource, fields string) metav1.ManagedFieldsEntry {
		return metav1.ManagedFieldsEntry{
			Manager: manager, Operation: operation, Subresource: subresource, APIVersion: "v1", FieldsType: "FieldsV1",
			FieldsV1: &metav1.FieldsV1{Raw: []byte(fields)},
		}
	}
	live := &unstructured.Unstructured{Object: map[string]any{}}
	live.SetManagedFields([]metav1.ManagedFieldsEntry{
		entry("pulumi-kubernetes", "Update", "", `{"f:data":{"f:a":{}}}`),
		entry("kubectl-label", "Update", "", `{"f:data":{"f:b":{}}}`),
		entry("controller", "Update", "status", `{"f:status":{}}`),
	})
	patch, err := TakeOverFields(live, "pulumi-kubernetes-00000000")
	if err != nil {
		t.Fatal(err)
	}
	var operations []struct {
		Path  string
		Value json.RawMessage
	}
	var entries []metav1.ManagedFieldsEntry
	if err := errors.Join(json.Unmarshal(patch, &operations), json.Unmarshal(operations[0].Value, &entries)); err != nil {
		t.Fatal(err)
	}
	if len(operations) != 2 || operations[1].Path != "/metadata/resourceVersion" {
		t.Errorf("a patch that does not name the version it is for would undo a change in between: %s", patch)
	}
	want := []metav1.ManagedFieldsEntry{
		entry("controller", "Update", "status", `{"f:status":{}}`),
		entry("pulumi-kubernetes-00000000", "Apply", "", `{"f:data":{"f:a":{},"f:b":{}}}`),
	}
	if !reflect.DeepEqual(entries, want) {
		t.Errorf("got %v, want %v", entries, want)
	}
	live.SetManagedFields([]metav1.ManagedFieldsEntry{entry("controller", "Update", "", `{"f:data":{"f:a":{}}}`)})
	if patch, err := TakeOverFields(live, "m"); patch != nil || err != nil {
		t.Errorf("nothing is to be taken from controllers: %s, %v", patch, err)
	}
}

func TestSplitPath(t *testing.T) {
	if got := SplitPath(`metadata.labels["a.b/c"].d`); !slices.Equal(got, []string{"metadata", "labels", "a.b/c", "d"}) {
		t.Errorf("got %q", got)
	}
}

func TestIDs(t *testing.T) {
	for id, parts := range map[string][2]string{"a/b": {"a", "b"}, "b": {"", "b"}} {
		if namespace, name := ParseID(id); namespace != parts[0] || name != parts[1] || ID(namespace, name) != id {
			t.Errorf("%s: got %q, %q", id, namespace, name)
		}
	}
}
