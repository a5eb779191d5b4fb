// Command pulumi-resource-kubernetes is the lab's stand-in for the official Pulumi provider plugin "kubernetes".
package main

import (
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	_ "helm.sh/helm/v3/pkg/action"
	_ "k8s.io/client-go/dynamic"

	"isthmus.lab/tools/core/provider"
)

func main() {
	provider.Main("kubernetes", func(host *provider.Host) pulumirpc.ResourceProviderServer {
		return &provider.Base{Name: "kubernetes", Version: "4.32.0"}
	})
}
