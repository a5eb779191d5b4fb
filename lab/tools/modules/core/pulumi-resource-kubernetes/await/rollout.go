package await

import (
	"fmt"
	"maps"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

const revisionAnnotation = "deployment.kubernetes.io/revision"

// rollout is what is known of a Deployment that is waited for.
type rollout struct {
	object      *unstructured.Unstructured
	replicaSets map[string]*unstructured.Unstructured // of the Deployment, by revision
	pods        map[string]*unstructured.Unstructured // of the namespace, by name
}

func newRollout(object *unstructured.Unstructured) *rollout {
	return &rollout{object, map[string]*unstructured.Unstructured{}, map[string]*unstructured.Unstructured{}}
}

func (rollout *rollout) observeReplicaSet(seen event) {
	if !owns(rollout.object, seen.object) {
		return
	}
	revision := seen.object.GetAnnotations()[revisionAnnotation]
	if seen.deleted {
		delete(rollout.replicaSets, revision)
	} else {
		rollout.replicaSets[revision] = seen.object
	}
}

func (rollout *rollout) observePod(seen event) {
	if seen.deleted {
		delete(rollout.pods, seen.object.GetName())
	} else {
		rollout.pods[seen.object.GetName()] = seen.object
	}
}

func (rollout *rollout) revision() string {
	return rollout.object.GetAnnotations()[revisionAnnotation]
}

// The controller has looked at the specification as it is now.
func (rollout *rollout) reconciled() bool {
	observed, found, _ := unstructured.NestedInt64(rollout.object.Object, "status", "observedGeneration")
	return found && observed >= rollout.object.GetGeneration() && rollout.revision() != ""
}

func (rollout *rollout) condition(kind string) map[string]any {
	conditions, _, _ := unstructured.NestedSlice(rollout.object.Object, "status", "conditions")
	for _, element := range conditions {
		if condition, _ := element.(map[string]any); condition["type"] == kind {
			return condition
		}
	}
	return nil
}

func (rollout *rollout) available() bool {
	return rollout.condition("Available")["status"] == "True"
}

func (rollout *rollout) rolledOut() bool {
	condition := rollout.condition("Progressing")
	return condition["status"] == "True" && condition["reason"] == "NewReplicaSetAvailable"
}

// replicas are the pods of the current revision: how many are ready of how many. Nothing is known without its ReplicaSet.
func (rollout *rollout) replicas() (ready, wanted int64, known bool) {
	replicaSet, known := rollout.replicaSets[rollout.revision()]
	if !known {
		return 0, 0, false
	}
	wanted, has, _ := unstructured.NestedInt64(replicaSet.Object, "spec", "replicas")
	if !has {
		wanted = 1
	}
	ready, _, _ = unstructured.NestedInt64(replicaSet.Object, "status", "readyReplicas")
	return ready, wanted, true
}

func (rollout *rollout) enoughReplicas() bool {
	ready, wanted, known := rollout.replicas()
	return known && ready >= wanted
}

func (rollout *rollout) complete() bool {
	// The first revision is created, not rolled out: its progress is not reported.
	return rollout.reconciled() && rollout.available() && rollout.enoughReplicas() &&
		(rollout.revision() == "1" || rollout.rolledOut())
}

func (rollout *rollout) progress() string {
	ready, wanted, known := rollout.replicas()
	if !known {
		return ""
	}
	return fmt.Sprintf("Waiting for app ReplicaSet to be available (%d/%d Pods available)", ready, wanted)
}

func (rollout *rollout) reasons() []string {
	var reasons []string
	for _, kind := range []string{"Available", "Progressing"} {
		if condition := rollout.condition(kind); condition != nil && condition["status"] != "True" {
			reasons = append(reasons, fmt.Sprintf("[%v] %v", condition["reason"], condition["message"]))
		}
	}
	switch {
	case !rollout.available():
		reasons = append(reasons, "Minimum number of live Pods was not attained")
	case rollout.revision() != "1" && rollout.rolledOut() && !rollout.enoughReplicas():
		reasons = append(reasons,
			"Attempted to roll forward to new ReplicaSet, but minimum number of Pods did not become live")
	default:
		reasons = append(reasons, "Minimum number of Pods to consider the application live was not attained")
	}
	current := rollout.replicaSets[rollout.revision()]
	for _, name := range slices.Sorted(maps.Keys(rollout.pods)) {
		if pod := rollout.pods[name]; current != nil && owns(current, pod) {
			if problem := podProblem(pod); problem != "" {
				reasons = append(reasons, problem)
			}
		}
	}
	return reasons
}

func owns(owner, object *unstructured.Unstructured) bool {
	return slices.ContainsFunc(object.GetOwnerReferences(), func(reference metav1.OwnerReference) bool {
		return reference.UID == owner.GetUID()
	})
}
