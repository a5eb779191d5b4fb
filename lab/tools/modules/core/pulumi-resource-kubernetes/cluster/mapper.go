package cluster

import (
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/restmapper"
)

// refreshInterval is how often at most a kind that is not found makes the provider ask again what the cluster serves.
const refreshInterval = 250 * time.Millisecond

// mapper finds the resource of a kind. A kind that is not found may have been installed a moment ago: it asks again.
type mapper struct {
	*restmapper.DeferredDiscoveryRESTMapper
	cache     discovery.CachedDiscoveryInterface
	mutex     sync.Mutex
	refreshed time.Time
}

// RESTMapping finds the resource of a kind in one of the versions.
func (mapper *mapper) RESTMapping(kind schema.GroupKind, versions ...string) (*meta.RESTMapping, error) {
	mapping, err := mapper.DeferredDiscoveryRESTMapper.RESTMapping(kind, versions...)
	if err == nil || !meta.IsNoMatchError(err) {
		return mapping, err
	}
	mapper.refresh()
	return mapper.DeferredDiscoveryRESTMapper.RESTMapping(kind, versions...)
}

func (mapper *mapper) refresh() {
	mapper.mutex.Lock()
	defer mapper.mutex.Unlock()
	if time.Since(mapper.refreshed) < refreshInterval {
		return // somebody else just did
	}
	mapper.Reset() // invalidates the cache too
	mapper.refreshed = time.Now()
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
