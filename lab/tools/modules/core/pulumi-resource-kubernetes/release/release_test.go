package release

import (
	"context"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"helm.sh/helm/v3/pkg/chart"
	helmrelease "helm.sh/helm/v3/pkg/release"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"isthmus.lab/tools/core/provider"
	"isthmus.lab/tools/core/pulumi-resource-kubernetes/object"
)

func complete(t *testing.T, news, olds provider.Map) provider.Map {
	t.Helper()
	inputs, err := Complete(news, olds, "logical", "default")
	if err != nil {
		t.Fatal(err)
	}
	return inputs
}

func TestCompleteFillsInEveryDefault(t *testing.T) {
	want := provider.Map{
		"chart": "./c", "name": "r", "namespace": "default", "timeout": 300.0, "values": provider.Map{},
		"description": "", "keyring": "", "postrender": "", "version": "",
	}
	for _, key := range switches {
		want[key] = false
	}
	// The SDK sends compat, which no provider keeps.
	got := complete(t, provider.Map{"chart": "./c", "name": "r", "compat": "true"}, nil)
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// New in 4.33: a state that an older plugin wrote has none, and one update of each release writes it down.
func TestCompleteTakesNoOwnershipUnlessTold(t *testing.T) {
	for given, want := range map[any]bool{nil: false, false: false, true: true} {
		if got := complete(t, provider.Map{"chart": "c", "takeOwnership": given}, nil)["takeOwnership"]; got != want {
			t.Errorf("given %v: got %v, want %v", given, got, want)
		}
	}
}

func TestCompleteNamesTimeoutsAndRepositories(t *testing.T) {
	made := complete(t, provider.Map{"chart": "c"}, nil)["name"].(string)
	if !regexp.MustCompile("^logical-[0-9a-f]{8}$").MatchString(made) {
		t.Errorf("got the name %q", made)
	}
	got := complete(t, provider.Map{
		"chart": "c", "skipAwait": true, "repositoryOpts": provider.Map{"repo": "https://r", "password": provider.Secret{Value: "p"}},
	}, provider.Map{"name": "kept"})
	if got["name"] != "kept" || got["timeout"] != 0.0 {
		t.Errorf("got %v", got)
	}
	want := provider.Map{
		"repo": "https://r", "password": provider.Secret{Value: "p"}, "username": "", "caFile": "", "certFile": "", "keyFile": "",
	}
	if !reflect.DeepEqual(got["repositoryOpts"], want) {
		t.Errorf("got %v", got["repositoryOpts"])
	}
}

func TestCompleteKeepsMarks(t *testing.T) {
	values := provider.Map{
		"a": provider.Secret{Value: "s"}, "list": []any{"x", provider.Secret{Value: "y"}}, "later": provider.Unknown{},
	}
	want := provider.Map{
		"a": provider.Secret{Value: "s"}, "list": provider.Secret{Value: []any{"x", "y"}}, "later": provider.Unknown{},
	}
	if got := complete(t, provider.Map{"chart": "c", "values": values}, nil)["values"]; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v", got)
	}
}

func TestMergeChangesNeitherSide(t *testing.T) {
	base := map[string]any{"a": map[string]any{"b": 1.0, "c": 2.0}, "l": []any{1.0}}
	over := map[string]any{"a": map[string]any{"b": 3.0}, "l": []any{}}
	want := map[string]any{"a": map[string]any{"b": 3.0, "c": 2.0}, "l": []any{}}
	if got := Merge(base, over); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v", got)
	}
	if base["a"].(map[string]any)["b"] != 1.0 {
		t.Error("the base has changed")
	}
	if got := Merge(nil, over); !reflect.DeepEqual(got, over) {
		t.Errorf("got %v", got)
	}
}

func TestStateIsWhatTheOfficialPluginKeeps(t *testing.T) {
	inputs := complete(t, provider.Map{
		"chart": "./c", "name": "r", "values": provider.Map{"a": provider.Secret{Value: "s"}},
	}, nil)
	record := &helmrelease.Release{
		Name: "r", Namespace: "default", Version: 2, Info: &helmrelease.Info{Status: helmrelease.StatusDeployed},
		Config: map[string]any{"a": "s"}, Chart: &chart.Chart{Metadata: &chart.Metadata{Name: "c", Version: "1.0.0", AppVersion: "2"}},
		Manifest: "---\n# nothing\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: b, namespace: ns}\n" +
			"---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a, namespace: ns}\n" +
			"---\napiVersion: v1\nkind: Namespace\nmetadata: {name: ns}\n",
	}
	state, err := State(inputs, record)
	if err != nil {
		t.Fatal(err)
	}
	want := provider.Map{
		"resourceNames": provider.Map{"Deployment.apps/apps/v1": []any{"ns/a", "ns/b"}, "Namespace/v1": []any{"ns"}},
		"status": provider.Map{
			"appVersion": "2", "chart": "c", "name": "r", "namespace": "default", "revision": 2, "status": "deployed", "version": "1.0.0",
		},
		"values":         provider.Map{"a": provider.Secret{Value: "s"}},
		"version":        "1.0.0",
		object.InputsKey: provider.Secret{Value: inputs},
	}
	for key, value := range want {
		if !reflect.DeepEqual(state[key], value) {
			t.Errorf("%s: got %v, want %v", key, state[key], value)
		}
	}
	if !reflect.DeepEqual(Inputs(state), inputs) {
		t.Errorf("got the inputs %v", Inputs(state))
	}
}

func TestLoadChart(t *testing.T) {
	directory := t.TempDir()
	if err := os.WriteFile(filepath.Join(directory, "Chart.yaml"), []byte("apiVersion: v2\nname: c\nversion: 1.2.3\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	loaded, _, err := LoadChart(Of(provider.Map{"chart": directory}))
	if err != nil || loaded.Metadata.Version != "1.2.3" {
		t.Errorf("got %v, %v", loaded, err)
	}
	_, _, err = LoadChart(Of(provider.Map{"chart": "./nowhere"}))
	if err == nil || err.Error() != `path "./nowhere" not found` {
		t.Errorf("got %v", err)
	}
}

func TestWhatTheServerRefusesIsNotTriedAgain(t *testing.T) {
	resource := schema.GroupResource{Resource: "pods"}
	for err, want := range map[error]bool{
		apierrors.NewForbidden(resource, "a", nil):       false,
		apierrors.NewTooManyRequests("busy", 1):          true,
		apierrors.NewInternalError(context.Canceled):     true,
		context.DeadlineExceeded:                         true,
		apierrors.NewMethodNotSupported(resource, "get"): false,
	} {
		if retryable(err) != want {
			t.Errorf("%v: want %t", err, want)
		}
	}
}

func TestTimeoutDefaultsToHelms(t *testing.T) {
	for seconds, want := range map[float64]time.Duration{0: 5 * time.Minute, 20: 20 * time.Second} {
		if got := Of(provider.Map{"timeout": seconds}).timeout(); got != want {
			t.Errorf("%v: got %s", seconds, got)
		}
	}
}

func TestFailedNamesTheRelease(t *testing.T) {
	failed := &Failed{release: Of(provider.Map{"name": "r", "namespace": "n"}), cause: context.DeadlineExceeded}
	if !strings.HasSuffix(failed.Error(), "Helm Release n/r: context deadline exceeded") {
		t.Errorf("got %v", failed)
	}
}
