package object

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"isthmus.lab/tools/core/provider"
)

func parse(t *testing.T, text string) map[string]any {
	t.Helper()
	result := map[string]any{}
	if err := yaml.Unmarshal([]byte(text), &result); err != nil {
		t.Fatal(err)
	}
	return integers(result).(map[string]any)
}

// difference is "path kind" of each change, sorted.
func describe(difference Difference) []string {
	var result []string
	for _, path := range slices.Sorted(maps.Keys(difference)) {
		result = append(result, path+" "+strings.ToLower(difference[path].GetKind().String()))
	}
	return result
}

func TestCompare(t *testing.T) {
	cases := []struct{ name, old, new, want string }{
		{"nothing", "{a: 1, b: [x, {c: y}]}", "{a: 1, b: [x, {c: y}]}", ""},
		{"an update", "{spec: {replicas: 1}}", "{spec: {replicas: 2}}", "spec.replicas update"},
		{"a key with dots", "{metadata: {labels: {a.b/c: x}}}", "{metadata: {labels: {a.b/c: y}}}", `metadata.labels["a.b/c"] update`},
		{"an addition", "{}", "{spec: {replicas: 2}}", "spec add"},
		{"a deletion", "{a: 1, b: 2}", "{a: 1}", "b delete"},
		{"the end of a list", "{rules: [{verbs: [get, list]}]}", "{rules: [{verbs: [get]}]}", "rules[0].verbs[1] delete"},
		{"a longer list", "{l: [a]}", "{l: [a, b]}", "l[1] add"},
		{"a change in a list", "{l: [{a: 1, b: 2}]}", "{l: [{a: 1, c: 3}]}", "l[0].b delete,l[0].c add"},
		{"another type", "{a: {b: 1}}", "{a: text}", "a update"},
		{"null where nothing was", "{}", "{a: null}", ""},
		{"null where something was", "{a: 1}", "{a: null}", "a delete"},
		{"another name", "{metadata: {name: a}}", "{metadata: {name: b}}", "metadata.name update_replace"},
		{"a replacement field below", "{}", "{metadata: {name: b}}", "metadata add_replace"},
		{"below a replacement field", "{frozen: {a: 1}}", "{frozen: {a: 2}}", "frozen.a update_replace"},
	}
	replacement := append(slices.Clone(Identity), []string{"frozen"})
	for _, test := range cases {
		old := parse(t, test.old)
		got := strings.Join(describe(Compare(old, old, parse(t, test.new), replacement)), ",")
		if got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}

func TestCompareWithUnknowns(t *testing.T) {
	old := map[string]any{"a": "x", "data": map[string]any{"k": "v"}}
	news := map[string]any{"a": provider.Unknown{}, "stringData": map[string]any{"k": provider.Unknown{}}}
	got := strings.Join(describe(Compare(old, old, news, nil)), ",")
	if want := "a update,data delete,stringData add"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestCompareDeletesOnlyOldInputs(t *testing.T) {
	state := map[string]any{"name": "r", "status": "deployed", "values": map[string]any{"a": "1"}}
	inputs := map[string]any{"name": "r", "values": map[string]any{"a": "1", "b": "2"}}
	news := map[string]any{"name": "r", "values": map[string]any{"a": "1"}}
	if got := strings.Join(describe(Compare(state, inputs, news, nil)), ","); got != "values.b delete" {
		t.Errorf("got %q", got)
	}
}

func TestIgnoreTakesOutWhatIsAtOrBelowAPath(t *testing.T) {
	difference := Compare(parse(t, "{a: {b: 1}, ab: 1, l: [1]}"), nil, parse(t, "{a: {b: 2}, ab: 2, l: [2]}"), nil)
	difference.Ignore([]string{"a", "l"})
	if got := strings.Join(describe(difference), ","); got != "ab update" {
		t.Errorf("got %q", got)
	}
}

func TestReplacementFields(t *testing.T) {
	cases := []struct {
		name, object string
		mutable      Mutable
		want         string
	}{
		{"Secret", "{apiVersion: v1, kind: Secret}", Mutable{}, "type,stringData,data"},
		{"mutable Secret", "{apiVersion: v1, kind: Secret}", Mutable{Secrets: true}, "type"},
		{"frozen Secret", "{apiVersion: v1, kind: Secret, immutable: true}", Mutable{Secrets: true}, "type,stringData,data"},
		{"ConfigMap", "{apiVersion: v1, kind: ConfigMap}", Mutable{Secrets: true}, "binaryData,data"},
		{"mutable ConfigMap", "{apiVersion: v1, kind: ConfigMap}", Mutable{ConfigMaps: true}, ""},
		{"Service", "{apiVersion: v1, kind: Service}", Mutable{}, "spec.clusterIP"},
		{"Deployment", "{apiVersion: apps/v1, kind: Deployment}", Mutable{}, "spec.selector"},
		{"ClusterRoleBinding", "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding}", Mutable{}, "roleRef"},
		{"custom resource", "{apiVersion: a.b/v1, kind: Secret}", Mutable{}, ""},
	}
	for _, test := range cases {
		var got []string
		for _, fields := range ReplacementFields(&unstructured.Unstructured{Object: parse(t, test.object)}, test.mutable) {
			got = append(got, strings.Join(fields, "."))
		}
		want := "metadata.name,metadata.namespace"
		if test.want != "" {
			want += "," + test.want
		}
		if strings.Join(got, ",") != want {
			t.Errorf("%s: got %v, want %v", test.name, got, want)
		}
	}
}
