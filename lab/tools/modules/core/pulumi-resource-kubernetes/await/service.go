package await

import (
	"context"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// How long a Service's endpoints may stay empty, but seen, before that counts as intended; and how long a Service that
// is ready must stay as it is: whoever gives it an address writes to it more than once.
const (
	endpointsSettle = 10 * time.Second
	serviceSettle   = 500 * time.Millisecond
)

var endpointsKind = schema.GroupVersionKind{Version: "v1", Kind: "Endpoints"}

// service is what is known of a Service that is waited for.
type service struct {
	object         *unstructured.Unstructured
	seen           bool // its endpoints
	ready, pending bool // addresses that are ready, or are not yet
}

func (state *service) kind() string {
	kind, _, _ := unstructured.NestedString(state.object.Object, "spec", "type")
	return kind
}

func (state *service) hasAddress() bool {
	if state.kind() != "LoadBalancer" {
		return true
	}
	ingress, _, _ := unstructured.NestedSlice(state.object.Object, "status", "loadBalancer", "ingress")
	return len(ingress) > 0
}

// A Service that selects no pods, or leads nowhere inside the cluster, has no endpoints to wait for.
func (state *service) selectsPods() bool {
	address, _, _ := unstructured.NestedString(state.object.Object, "spec", "clusterIP")
	selector, _, _ := unstructured.NestedMap(state.object.Object, "spec", "selector")
	return state.kind() != "ExternalName" && address != "None" && len(selector) > 0
}

func (state *service) observe(endpoints *unstructured.Unstructured) {
	state.seen, state.ready, state.pending = true, false, false
	subsets, _, _ := unstructured.NestedSlice(endpoints.Object, "subsets")
	for _, element := range subsets {
		subset, _ := element.(map[string]any)
		ready, _ := subset["addresses"].([]any)
		pending, _ := subset["notReadyAddresses"].([]any)
		state.ready = state.ready || len(ready) > 0
		state.pending = state.pending || len(pending) > 0
	}
}

func (state *service) reasons() []string {
	var reasons []string
	if state.selectsPods() && !state.ready {
		reasons = append(reasons, "Service does not target any Pods. Selected Pods may not be ready, or "+
			"field '.spec.selector' may not match labels on any Pods")
	}
	if !state.hasAddress() {
		reasons = append(reasons, "Service was not allocated an IP address; does your cloud provider support this?")
	}
	return reasons
}

func (wait Wait) service(ctx context.Context, object *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	services, err := wait.Cluster.ObjectsLike(object)
	if err != nil {
		return object, err
	}
	endpoints, err := wait.Cluster.Objects(endpointsKind, object.GetNamespace())
	if err != nil {
		return object, err
	}
	watching, stop := context.WithCancel(ctx)
	defer stop()
	serviceEvents, endpointEvents := make(chan event), make(chan event)
	go follow(watching, services, object.GetName(), serviceEvents)
	go follow(watching, endpoints, object.GetName(), endpointEvents)
	state := &service{object: object}
	var settled, ready <-chan time.Time
	wait.Status("[1/3] Finding Pods to direct traffic to")
	for {
		ready = nil
		if state.hasAddress() && (!state.selectsPods() || state.ready && !state.pending) {
			ready = time.After(serviceSettle)
		} else if state.ready && !state.pending {
			wait.Status("[2/3] Attempting to allocate IP address to Service")
		}
		select {
		case <-ready:
			wait.Status("")
			return state.object, nil
		case <-ctx.Done():
			if state.hasAddress() && !state.pending {
				return state.object, nil
			}
			return state.object, ended(ctx, state.object, state.reasons())
		case <-settled:
			if state.hasAddress() && state.seen && !state.pending {
				wait.Status("")
				return state.object, nil
			}
			settled = time.After(endpointsSettle)
		case seen := <-serviceEvents:
			if !seen.deleted {
				state.object = seen.object
			}
		case seen := <-endpointEvents:
			if !seen.deleted {
				state.observe(seen.object)
				settled = time.After(endpointsSettle)
			}
		}
	}
}

func (wait Wait) checkService(ctx context.Context, object *unstructured.Unstructured) error {
	state := &service{object: object}
	if state.selectsPods() {
		endpoints, err := wait.Cluster.Objects(endpointsKind, object.GetNamespace())
		if err != nil {
			return err
		}
		if found, err := getOrNil(ctx, endpoints, object.GetName()); err != nil {
			return err
		} else if found != nil {
			state.observe(found)
		}
	}
	if state.hasAddress() && !state.pending {
		return nil
	}
	return unready(object, state.reasons())
}
