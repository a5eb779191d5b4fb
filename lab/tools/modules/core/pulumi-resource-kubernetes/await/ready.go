package await

import (
	"context"
	"errors"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"isthmus.lab/tools/core/pulumi-resource-kubernetes/cluster"
)

// tokenTimeout is how long a service account's token may take. The official plugin gives it five seconds, which a busy
// lab may need longer than.
const tokenTimeout = 30 * time.Second

// Wait is one wait for one object.
type Wait struct {
	Cluster *cluster.Cluster
	// Status shows progress; an empty message takes it away.
	Status func(message string)
}

// Ready waits until the object is ready and gives it as it then is. Kinds without a promise are ready at once. When ctx
// ends before, the error is a Failure with the reasons.
func (wait Wait) Ready(ctx context.Context, object *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	switch object.GetAPIVersion() + "/" + object.GetKind() {
	case "apps/v1/Deployment":
		return wait.deployment(ctx, object)
	case "v1/Service":
		return wait.service(ctx, object)
	case "v1/Secret":
		return wait.token(ctx, object)
	default:
		return object, nil
	}
}

// Check is Ready without waiting, for an object that was read. The error is a Failure when it is not ready.
func (wait Wait) Check(ctx context.Context, object *unstructured.Unstructured) error {
	switch object.GetAPIVersion() + "/" + object.GetKind() {
	case "apps/v1/Deployment":
		return wait.checkDeployment(ctx, object)
	case "v1/Service":
		return wait.checkService(ctx, object)
	default:
		return nil
	}
}

func (wait Wait) token(ctx context.Context, object *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	if object.Object["type"] != "kubernetes.io/service-account-token" {
		return object, nil
	}
	ctx, cancel := context.WithTimeout(ctx, tokenTimeout)
	defer cancel()
	objects, err := wait.Cluster.ObjectsLike(object)
	if err != nil {
		return object, err
	}
	events := make(chan event)
	go follow(ctx, objects, object.GetName(), events)
	for {
		select {
		case <-ctx.Done():
			return object, ended(ctx, object, []string{"the token controller has not filled the Secret"})
		case seen := <-events:
			if seen.deleted { // its service account does not exist
				return object, unready(object, []string{"the cluster deleted the Secret: does its service account exist?"})
			}
			object = seen.object
			if data, _, _ := unstructured.NestedMap(object.Object, "data"); len(data) > 0 {
				return object, nil
			}
		}
	}
}

// Deleted waits until the object is gone.
func (wait Wait) Deleted(ctx context.Context, object *unstructured.Unstructured) error {
	objects, err := wait.Cluster.ObjectsLike(object)
	if err != nil {
		return err
	}
	watching, stop := context.WithCancel(ctx)
	defer stop()
	events := make(chan event)
	go follow(watching, objects, object.GetName(), events)
	for {
		select {
		case <-ctx.Done():
			return undeleted(object)
		case seen := <-events:
			// Another object of the same name means that ours is gone.
			if seen.deleted || seen.object.GetUID() != object.GetUID() {
				return nil
			}
			object = seen.object
			wait.Status("Waiting for " + object.GetName() + " to be deleted")
		}
	}
}

func ended(ctx context.Context, object *unstructured.Unstructured, reasons []string) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return timedOut(object, reasons)
	}
	return cancelled(object, reasons)
}
