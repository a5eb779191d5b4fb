// Command charts writes the Helm charts that istio.io/istio embeds into a directory, one folder per chart.
package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"istio.io/istio/manifests"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: charts DIRECTORY")
		os.Exit(2)
	}
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "charts:", err)
		os.Exit(1)
	}
}

func write(directory string) error {
	charts, err := fs.Sub(manifests.FS, "charts")
	if err != nil {
		return err
	}
	return fs.WalkDir(charts, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		target := filepath.Join(directory, path)
		if entry.IsDir() {
			return os.MkdirAll(target, 0o755)
		}
		content, err := fs.ReadFile(charts, path)
		if err != nil {
			return err
		}
		return os.WriteFile(target, content, 0o644)
	})
}
