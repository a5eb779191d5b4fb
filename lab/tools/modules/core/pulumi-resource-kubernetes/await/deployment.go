package await

import (
	"context"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

var (
	replicaSetKind = schema.GroupVersionKind{Group: "apps", Version: "v1", Kind: "ReplicaSet"}
	podKind        = schema.GroupVersionKind{Version: "v1", Kind: "Pod"}
)

func (wait Wait) deployment(ctx context.Context, object *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	deployments, err := wait.Cluster.ObjectsLike(object)
	if err != nil {
		return object, err
	}
	replicaSets, err := wait.Cluster.Objects(replicaSetKind, object.GetNamespace())
	if err != nil {
		return object, err
	}
	pods, err := wait.Cluster.Objects(podKind, object.GetNamespace())
	if err != nil {
		return object, err
	}
	watching, stop := context.WithCancel(ctx)
	defer stop()
	deploymentEvents, replicaSetEvents, podEvents := make(chan event), make(chan event), make(chan event)
	go follow(watching, deployments, object.GetName(), deploymentEvents)
	go follow(watching, replicaSets, "", replicaSetEvents)
	go follow(watching, pods, "", podEvents)
	rollout := newRollout(object)
	shown := ""
	for {
		if rollout.complete() {
			wait.Status("")
			return rollout.object, nil
		}
		if progress := rollout.progress(); progress != "" && progress != shown {
			shown = progress
			wait.Status(progress)
		}
		select {
		case <-ctx.Done():
			return rollout.object, ended(ctx, rollout.object, rollout.reasons())
		case seen := <-deploymentEvents:
			// What was seen may be older than the change that is waited for.
			if !seen.deleted && seen.object.GetGeneration() >= object.GetGeneration() {
				rollout.object = seen.object
			}
		case seen := <-replicaSetEvents:
			rollout.observeReplicaSet(seen)
		case seen := <-podEvents:
			rollout.observePod(seen)
		}
	}
}

func (wait Wait) checkDeployment(ctx context.Context, object *unstructured.Unstructured) error {
	rollout := newRollout(object)
	for kind, observe := range map[schema.GroupVersionKind]func(event){
		replicaSetKind: rollout.observeReplicaSet,
		podKind:        rollout.observePod,
	} {
		objects, err := wait.Cluster.Objects(kind, object.GetNamespace())
		if err != nil {
			return err
		}
		list, err := objects.List(ctx, metav1.ListOptions{})
		if err != nil {
			return err
		}
		for index := range list.Items {
			observe(event{&list.Items[index], false})
		}
	}
	if rollout.complete() {
		return nil
	}
	return unready(object, rollout.reasons())
}
