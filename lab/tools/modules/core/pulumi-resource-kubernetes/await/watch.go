package await

import (
	"context"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/dynamic"
)

// rewatchDelay keeps a watch that is refused from turning into a flood of requests.
const rewatchDelay = 200 * time.Millisecond

// event is what a watch saw: an object, or that the one of that name is gone (deleted).
type event struct {
	object  *unstructured.Unstructured
	deleted bool
}

// follow sends the object of the name (all objects, when the name is empty) as it is now and at every change, until the
// context ends. An object that is not there is sent as deleted, when a name is given. Watches that break are renewed.
func follow(ctx context.Context, objects dynamic.ResourceInterface, name string, events chan<- event) {
	for ctx.Err() == nil {
		followOnce(ctx, objects, name, events)
		select {
		case <-ctx.Done():
		case <-time.After(rewatchDelay):
		}
	}
}

func followOnce(ctx context.Context, objects dynamic.ResourceInterface, name string, events chan<- event) {
	options := metav1.ListOptions{}
	if name != "" {
		options.FieldSelector = fields.OneTermEqualSelector("metadata.name", name).String()
	}
	list, err := objects.List(ctx, options)
	if err != nil {
		if apierrors.IsNotFound(err) && name != "" { // the kind itself is gone
			send(ctx, events, event{nil, true})
		}
		return
	}
	for index := range list.Items {
		send(ctx, events, event{&list.Items[index], false})
	}
	if name != "" && len(list.Items) == 0 {
		send(ctx, events, event{nil, true})
	}
	options.ResourceVersion = list.GetResourceVersion()
	watcher, err := objects.Watch(ctx, options)
	if err != nil {
		return
	}
	defer watcher.Stop()
	for change := range watcher.ResultChan() {
		object, is := change.Object.(*unstructured.Unstructured)
		if !is || change.Type == watch.Error {
			return
		}
		send(ctx, events, event{object, change.Type == watch.Deleted})
	}
}

func send(ctx context.Context, events chan<- event, seen event) {
	select {
	case events <- seen:
	case <-ctx.Done():
	}
}
