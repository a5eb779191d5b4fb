// Command pulumi-resource-kubernetes is the lab's stand-in for the official Pulumi provider plugin "kubernetes", for
// machines that cannot download that one. It is a real provider: it acts on the API server and through Helm. What it
// shows (steps, differences, state, errors) is what the official plugin of the same version shows, for the resource
// types that it knows; it refuses all others.
package main

import (
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"isthmus.lab/tools/core/provider"
)

// officialVersion is the version of the plugin that this one stands in for.
const officialVersion = "4.34.2"

func main() {
	provider.Main("kubernetes", func(host *provider.Host) pulumirpc.ResourceProviderServer {
		return newServer(host)
	})
}
