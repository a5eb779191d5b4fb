package await

import (
	"context"
	"errors"
	"slices"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

func parse(t *testing.T, text string) *unstructured.Unstructured {
	t.Helper()
	json, err := yaml.YAMLToJSON([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	object := &unstructured.Unstructured{}
	if err := object.UnmarshalJSON(json); err != nil {
		t.Fatal(err)
	}
	return object
}

const replicaSet = `{apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: d-1, uid: rs,
  annotations: {deployment.kubernetes.io/revision: "1"}, ownerReferences: [{uid: d}]}, spec: {replicas: 1}, status: `

const deployment = `{apiVersion: apps/v1, kind: Deployment, metadata: {name: d, uid: d, generation: 2,
  annotations: {deployment.kubernetes.io/revision: "%"}}, status: `

func TestRollout(t *testing.T) {
	available := `{type: Available, status: "True"}`
	rolledOut := `{type: Progressing, status: "True", reason: NewReplicaSetAvailable}`
	rolling := `{type: Progressing, status: "True", reason: ReplicaSetUpdated}`
	cases := []struct {
		name, revision, status, replicas string
		complete                         bool
	}{
		{"ready", "1", "{observedGeneration: 2, conditions: [" + available + "]}}", "{readyReplicas: 1}}", true},
		{"not observed", "1", "{observedGeneration: 1, conditions: [" + available + "]}}", "{readyReplicas: 1}}", false},
		{"no pod ready", "1", "{observedGeneration: 2, conditions: [" + available + "]}}", "{}}", false},
		{"not available", "1", "{observedGeneration: 2}}", "{readyReplicas: 1}}", false},
		{"rolled out", "2", "{observedGeneration: 2, conditions: [" + available + "," + rolledOut + "]}}", "{readyReplicas: 1}}", true},
		{"rolling", "2", "{observedGeneration: 2, conditions: [" + available + "," + rolling + "]}}", "{readyReplicas: 1}}", false},
	}
	for _, test := range cases {
		at := func(text string) *unstructured.Unstructured {
			object := parse(t, text)
			object.SetAnnotations(map[string]string{revisionAnnotation: test.revision})
			return object
		}
		rollout := newRollout(at(deployment + test.status))
		rollout.observeReplicaSet(event{at(replicaSet + test.replicas), false})
		if rollout.complete() != test.complete {
			t.Errorf("%s: complete is %t", test.name, rollout.complete())
		}
	}
}

func TestRolloutSaysWhatIsWrong(t *testing.T) {
	rollout := newRollout(parse(t, `{apiVersion: apps/v1, kind: Deployment, metadata: {name: d, uid: d,
	  annotations: {deployment.kubernetes.io/revision: "1"}}, status: {conditions: [{type: Available, status: "False",
	  reason: MinimumReplicasUnavailable, message: Deployment does not have minimum availability.}]}}`))
	rollout.observeReplicaSet(event{parse(t, replicaSet+"{}}"), false})
	rollout.observePod(event{parse(t, `{apiVersion: v1, kind: Pod, metadata: {name: p, namespace: ns, ownerReferences: [{uid: rs}]},
	  status: {conditions: [{type: Ready, status: "False", reason: ContainersNotReady,
	  message: "containers with unready status: [c]"}], containerStatuses: [{name: c, ready: false,
	  state: {waiting: {reason: ErrImageNeverPull, message: no image}}}]}}`), false})
	rollout.observePod(event{parse(t, `{apiVersion: v1, kind: Pod, metadata: {name: another}}`), false})
	want := []string{
		"[MinimumReplicasUnavailable] Deployment does not have minimum availability.",
		"Minimum number of live Pods was not attained",
		"[Pod ns/p]: containers with unready status: [c][ErrImageNeverPull] no image",
	}
	if got := rollout.reasons(); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	if got := rollout.progress(); got != "Waiting for app ReplicaSet to be available (0/1 Pods available)" {
		t.Errorf("got %q", got)
	}
}

func TestService(t *testing.T) {
	const selecting = "selector: {app: a}, clusterIP: 10.0.0.1"
	address := "{loadBalancer: {ingress: [{ip: 172.18.11.0}]}}"
	cases := []struct {
		name, spec, status, subsets        string
		selects, address, ready, isPending bool
	}{
		{"balanced", "{type: LoadBalancer, " + selecting + "}", address, "[{addresses: [{ip: a}]}]", true, true, true, false},
		{"without an address", "{type: LoadBalancer, " + selecting + "}", "{}", "[{addresses: [{ip: a}]}]", true, false, true, false},
		{"pods not ready", "{" + selecting + "}", "{}", "[{notReadyAddresses: [{ip: a}]}]", true, true, false, true},
		{"headless", "{clusterIP: None, selector: {app: a}}", "{}", "[]", false, true, false, false},
		{"elsewhere", "{type: ExternalName, selector: {app: a}}", "{}", "[]", false, true, false, false},
		{"no selector", "{clusterIP: 10.0.0.1}", "{}", "[]", false, true, false, false},
	}
	for _, test := range cases {
		state := &service{object: parse(t, "{apiVersion: v1, kind: Service, spec: "+test.spec+", status: "+test.status+"}")}
		state.observe(parse(t, "{apiVersion: v1, kind: Endpoints, subsets: "+test.subsets+"}"))
		if state.selectsPods() != test.selects || state.hasAddress() != test.address || state.ready != test.ready ||
			state.pending != test.isPending {
			t.Errorf("%s: got %+v, selects %t, address %t", test.name, state, state.selectsPods(), state.hasAddress())
		}
	}
}

func TestEndedTellsATimeoutFromACancellation(t *testing.T) {
	object := parse(t, "{apiVersion: v1, kind: Service, metadata: {name: s}}")
	late, stop := context.WithTimeout(context.Background(), 0)
	defer stop()
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	for _, test := range []struct {
		ctx  context.Context
		want string
	}{{late, "'s' timed out waiting to be Ready"}, {cancelled, `Resource operation was cancelled for "s"`}} {
		err := ended(test.ctx, object, []string{"why"})
		if got := Reasons(err); !slices.Equal(got, []string{test.want, "why"}) {
			t.Errorf("got %q", got)
		}
	}
	if got := Reasons(errors.New("other")); !slices.Equal(got, []string{"other"}) {
		t.Errorf("got %q", got)
	}
}
