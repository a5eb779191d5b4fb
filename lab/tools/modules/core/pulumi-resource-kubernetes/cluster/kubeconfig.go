// Package cluster is one Kubernetes cluster as the provider reaches it.
package cluster

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"
)

// Access says how to reach a cluster. All but the kubeconfig may be empty.
type Access struct {
	// Kubeconfig is a path or the contents; empty: the usual places ($KUBECONFIG, ~/.kube/config).
	Kubeconfig string
	// Context and Cluster override the kubeconfig's current context and its cluster.
	Context, Cluster string
	// Namespace is where objects go that name none; empty: the context's namespace, else "default".
	Namespace string
}

// ParseKubeconfig reads a kubeconfig from a path (~ is the home directory) or from contents in YAML or JSON.
func ParseKubeconfig(pathOrContents string) (*api.Config, error) {
	if pathOrContents == "" {
		return &api.Config{}, nil
	}
	path := pathOrContents
	if rest, ok := strings.CutPrefix(path, "~"); ok && (rest == "" || rest[0] == '/') {
		home, err := os.UserHomeDir()
		if err != nil {
			return nil, err
		}
		path = filepath.Join(home, rest)
	}
	if _, err := os.Stat(path); err != nil {
		return clientcmd.Load([]byte(pathOrContents))
	}
	contents, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return clientcmd.Load(contents)
}

// ParseKubeconfigValue is ParseKubeconfig for a property, which may also be an object.
func ParseKubeconfigValue(value any) (*api.Config, error) {
	var text string
	switch value := value.(type) {
	case nil:
	case string:
		text = value
	case map[string]any:
		contents, err := json.Marshal(value)
		if err != nil {
			return nil, err
		}
		text = string(contents)
	default:
		return nil, fmt.Errorf("unexpected kubeconfig format, type: %T", value)
	}
	config, err := ParseKubeconfig(text)
	if err != nil {
		return nil, fmt.Errorf("failed to parse kubeconfig: %w", err)
	}
	return config, nil
}

// ActiveCluster is the cluster of the kubeconfig that the access selects, or nil.
func ActiveCluster(config *api.Config, access Access) *api.Cluster {
	name := config.CurrentContext
	if access.Context != "" {
		name = access.Context
	}
	context := config.Contexts[name]
	if context == nil {
		return nil
	}
	if access.Cluster != "" {
		return config.Clusters[access.Cluster]
	}
	return config.Clusters[context.Cluster]
}

func (access Access) overrides() *clientcmd.ConfigOverrides {
	return &clientcmd.ConfigOverrides{
		Context:        api.Context{Cluster: access.Cluster, Namespace: access.Namespace},
		CurrentContext: access.Context,
	}
}

func (access Access) clientConfig() (clientcmd.ClientConfig, error) {
	if access.Kubeconfig == "" {
		return clientcmd.NewNonInteractiveDeferredLoadingClientConfig(
			clientcmd.NewDefaultClientConfigLoadingRules(), access.overrides()), nil
	}
	config, err := ParseKubeconfig(access.Kubeconfig)
	if err != nil {
		return nil, err
	}
	return clientcmd.NewDefaultClientConfig(*config, access.overrides()), nil
}
