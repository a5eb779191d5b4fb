// Command pulumi-resource-tls is the lab's stand-in for the official Pulumi provider plugin "tls": the same keys,
// requests and certificates, the same outputs and the same plans, for the four resources that make a public key
// infrastructure. Everything else it refuses.
package main

import (
	"time"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"isthmus.lab/tools/core/provider"
)

// version is the official plugin's that this one stands in for: the one that @pulumi/tls in package.json asks for.
const version = "5.5.1"

func main() {
	provider.Main("tls", func(host *provider.Host) pulumirpc.ResourceProviderServer {
		return &server{Base: provider.Base{Name: "tls", Version: version}, host: host, now: time.Now}
	})
}
