package cluster

import (
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/restmapper"
)

// mapper finds the resource of a kind. A kind that is not found may have been installed a moment ago: it asks again.
type mapper struct {
	*restmapper.DeferredDiscoveryRESTMapper
	mutex     sync.Mutex
	refreshed time.Time // when the cache was last emptied
}

// RESTMapping finds the resource of a kind in one of the versions.
func (mapper *mapper) RESTMapping(kind schema.GroupKind, versions ...string) (*meta.RESTMapping, error) {
	asked := time.Now()
	mapping, err := mapper.DeferredDiscoveryRESTMapper.RESTMapping(kind, versions...)
	if err == nil || !meta.IsNoMatchError(err) {
		return mapping, err
	}
	mapper.refresh(asked)
	return mapper.DeferredDiscoveryRESTMapper.RESTMapping(kind, versions...)
}

// refresh forgets what the cluster served, unless that was asked after the given time.
func (mapper *mapper) refresh(asked time.Time) {
	mapper.mutex.Lock()
	defer mapper.mutex.Unlock()
	if mapper.refreshed.After(asked) {
		return
	}
	mapper.refreshed = time.Now()
	mapper.Reset() // invalidates the cache too
}

// Whether objects of a built-in kind live in namespaces, for when there is no cluster to ask.
var builtInScopes = map[schema.GroupKind]bool{
	{Kind: "Namespace"}:                                                             false,
	{Kind: "Secret"}:                                                                true,
	{Kind: "ConfigMap"}:                                                             true,
	{Kind: "Service"}:                                                               true,
	{Kind: "ServiceAccount"}:                                                        true,
	{Group: "apps", Kind: "Deployment"}:                                             true,
	{Group: "rbac.authorization.k8s.io", Kind: "Role"}:                              true,
	{Group: "rbac.authorization.k8s.io", Kind: "RoleBinding"}:                       true,
	{Group: "rbac.authorization.k8s.io", Kind: "ClusterRole"}:                       false,
	{Group: "rbac.authorization.k8s.io", Kind: "ClusterRoleBinding"}:                false,
	{Group: "admissionregistration.k8s.io", Kind: "MutatingWebhookConfiguration"}:   false,
	{Group: "admissionregistration.k8s.io", Kind: "ValidatingWebhookConfiguration"}: false,
}
