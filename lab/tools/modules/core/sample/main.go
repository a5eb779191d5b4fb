// Command sample is the mesh's sample workload in one binary, which acts as the name that it is called by:
// the server "helloworld", or the clients' tools "curl" and "sleep".
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	name := filepath.Base(os.Args[0])
	switch name {
	case "helloworld":
		os.Exit(serveHello())
	case "curl":
		os.Exit(curl(os.Args[1:], os.Stdout, os.Stderr))
	case "sleep":
		os.Exit(sleep(os.Args[1:]))
	default:
		fmt.Fprintf(os.Stderr, "%s: call it as helloworld, curl or sleep\n", name)
		os.Exit(2)
	}
}
