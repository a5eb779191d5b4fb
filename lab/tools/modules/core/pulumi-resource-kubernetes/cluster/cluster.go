package cluster

import (
	"errors"
	"fmt"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"
)

// discoveryTimeout bounds the first contact, so that a preview against a cluster that drops packets ends soon.
const discoveryTimeout = 7 * time.Second

// UserAgent is what API servers see of the provider.
const UserAgent = "pulumi-resource-kubernetes (isthmus lab)"

// Cluster is a cluster of which nothing is known before it is asked; then what it serves is kept in memory.
type Cluster struct {
	// Namespace is where objects go that name none.
	Namespace string

	config    *rest.Config
	access    Access
	dynamic   dynamic.Interface
	discovery discovery.CachedDiscoveryInterface
	mapper    *mapper
	contact   func() error
}

// New prepares a cluster. It does not fail: a cluster that cannot be reached, for whatever reason, says so when it is
// used, because previews go on without it.
func New(access Access) *Cluster {
	cluster := &Cluster{Namespace: "default", access: access}
	reason := cluster.configure()
	cluster.contact = sync.OnceValue(func() error {
		if reason != "" {
			return errors.New(reason)
		}
		if _, err := cluster.discovery.ServerGroups(); err != nil {
			return fmt.Errorf("unable to load schema information from the API server: %w", explain(err))
		}
		return nil
	})
	return cluster
}

// Discovery loses the API server's words when it refuses.
func explain(err error) error {
	switch {
	case apierrors.IsUnauthorized(err):
		return errors.New("the server has asked for the client to provide credentials")
	case apierrors.IsForbidden(err):
		return errors.New("the credentials are valid but may not ask what the API server serves (forbidden)")
	default:
		return err
	}
}

func (cluster *Cluster) configure() (reason string) {
	client, err := cluster.access.clientConfig()
	if err != nil {
		return fmt.Sprintf("failed to parse kubeconfig data in `kubernetes:config:kubeconfig`- %v", err)
	}
	if namespace, _, err := client.Namespace(); err == nil {
		cluster.Namespace = namespace
	}
	config, err := client.ClientConfig()
	if err == nil {
		config.QPS = -1 // no limit: the API server has its own
		config.UserAgent = UserAgent
		config.WarningHandler = rest.NoWarnings{}
		err = cluster.connect(config)
	}
	if err != nil {
		return fmt.Sprintf("unable to load Kubernetes client configuration from kubeconfig file. Make sure you have: \n\n"+
			" \t • set up the provider as per "+
			"https://www.pulumi.com/registry/packages/kubernetes/installation-configuration/ \n\n %v", err)
	}
	return ""
}

func (cluster *Cluster) connect(config *rest.Config) error {
	objects, err := dynamic.NewForConfig(config)
	if err != nil {
		return err
	}
	bounded := rest.CopyConfig(config)
	bounded.Timeout = discoveryTimeout
	client, err := discovery.NewDiscoveryClientForConfig(bounded)
	if err != nil {
		return err
	}
	cache := memory.NewMemCacheClient(client)
	cluster.config, cluster.dynamic = config, objects
	cluster.discovery = cache
	cluster.mapper = &mapper{DeferredDiscoveryRESTMapper: restmapper.NewDeferredDiscoveryRESTMapper(cache)}
	return nil
}

// Unreachable is why the cluster cannot be used, or nil. It waits for the first contact and remembers how that went.
func (cluster *Cluster) Unreachable() error {
	return cluster.contact()
}

// Objects gives access to the objects of a kind. The error is meta.NoKindMatchError when the cluster does not serve it.
// The namespace is ignored for a kind that has none.
func (cluster *Cluster) Objects(kind schema.GroupVersionKind, namespace string) (dynamic.ResourceInterface, error) {
	mapping, err := cluster.mapper.RESTMapping(kind.GroupKind(), kind.Version)
	if err != nil {
		return nil, err
	}
	if mapping.Scope.Name() == meta.RESTScopeNameRoot {
		return cluster.dynamic.Resource(mapping.Resource), nil
	}
	if namespace == "" {
		namespace = "default"
	}
	return cluster.dynamic.Resource(mapping.Resource).Namespace(namespace), nil
}

// ObjectsLike is Objects for the kind and namespace of an object.
func (cluster *Cluster) ObjectsLike(object *unstructured.Unstructured) (dynamic.ResourceInterface, error) {
	return cluster.Objects(object.GroupVersionKind(), object.GetNamespace())
}

// Serves says whether the cluster can be reached and serves the kind.
func (cluster *Cluster) Serves(kind schema.GroupVersionKind) bool {
	if cluster.Unreachable() != nil {
		return false
	}
	_, err := cluster.mapper.RESTMapping(kind.GroupKind(), kind.Version)
	return err == nil
}

// Namespaced says whether objects of the kind live in namespaces. A kind that the cluster does not serve, or not yet,
// is taken for one that does: most do, and the object goes where it belongs when it is created.
func (cluster *Cluster) Namespaced(kind schema.GroupVersionKind) bool {
	if scope, known := builtInScopes[kind.GroupKind()]; known {
		return scope
	}
	if cluster.Unreachable() != nil {
		return true
	}
	mapping, err := cluster.mapper.RESTMapping(kind.GroupKind(), kind.Version)
	return err != nil || mapping.Scope.Name() != meta.RESTScopeNameRoot
}

// Getter gives Helm access to the cluster, with a namespace for objects that name none.
func (cluster *Cluster) Getter(namespace string) *Getter {
	access := cluster.access
	access.Namespace = namespace
	return &Getter{cluster: cluster, access: access}
}

// Getter is what Kubernetes' command line libraries take for a cluster (genericclioptions.RESTClientGetter).
type Getter struct {
	cluster *Cluster
	access  Access
}

// ToRESTConfig gives a copy of the client's configuration.
func (getter *Getter) ToRESTConfig() (*rest.Config, error) {
	return rest.CopyConfig(getter.cluster.config), nil
}

// ToDiscoveryClient gives the cluster's shared discovery cache.
func (getter *Getter) ToDiscoveryClient() (discovery.CachedDiscoveryInterface, error) {
	return getter.cluster.discovery, nil
}

// ToRESTMapper gives the cluster's shared mapper.
func (getter *Getter) ToRESTMapper() (meta.RESTMapper, error) {
	return getter.cluster.mapper, nil
}

// ToRawKubeConfigLoader gives the kubeconfig with the namespace in it.
func (getter *Getter) ToRawKubeConfigLoader() clientcmd.ClientConfig {
	client, err := getter.access.clientConfig()
	if err != nil { // a bad kubeconfig was found long before anything asks for this
		return clientcmd.NewDefaultClientConfig(*api.NewConfig(), &clientcmd.ConfigOverrides{})
	}
	return client
}
