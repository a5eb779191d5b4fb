package release

import (
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"helm.sh/helm/v3/pkg/action"
	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/cli"
	"helm.sh/helm/v3/pkg/downloader"
	"helm.sh/helm/v3/pkg/getter"
	"helm.sh/helm/v3/pkg/registry"
)

// developmentVersions is the version range that includes pre-releases, for the input devel.
const developmentVersions = ">0.0.0-0"

// LoadChart finds the release's chart (a directory or archive, a repository's, an OCI registry's) and reads it. The
// second result is where it lies.
func LoadChart(release Release) (*chart.Chart, string, error) {
	settings := cli.New()
	path, err := locate(release, settings)
	if err != nil {
		return nil, "", err
	}
	loaded, err := loader.Load(path)
	if err != nil {
		return nil, "", err
	}
	if loaded.Metadata.Dependencies == nil {
		return loaded, path, nil
	}
	if err := action.CheckDependencies(loaded, loaded.Metadata.Dependencies); err != nil {
		if !release.is("dependencyUpdate") {
			return nil, "", err
		}
		manager := &downloader.Manager{
			Out: io.Discard, ChartPath: path, Keyring: release.text("keyring"), Getters: getter.All(settings),
			RepositoryConfig: settings.RepositoryConfig, RepositoryCache: settings.RepositoryCache,
		}
		if err := manager.Update(); err != nil {
			return nil, "", err
		}
		loaded, err = loader.Load(path)
	}
	return loaded, path, err
}

func locate(release Release, settings *cli.EnvSettings) (string, error) {
	name := strings.TrimSpace(release.text("chart"))
	repository := release.repository("repo")
	if registry.IsOCI(name) {
		repository = ""
	} else if _, err := url.ParseRequestURI(repository); err != nil && repository != "" && !strings.Contains(name, "/") {
		name, repository = repository+"/"+name, "" // a repository that the user has added by name
	}
	if repository == "" {
		if path, found, err := local(name, release); found || err != nil {
			return path, err
		}
		if filepath.IsAbs(name) || strings.HasPrefix(name, ".") {
			return "", fmt.Errorf("path %q not found", name)
		}
	}
	return download(name, repository, release, settings)
}

func local(name string, release Release) (path string, found bool, err error) {
	information, err := os.Stat(name)
	if err != nil {
		return "", false, nil
	}
	if information.IsDir() {
		// Any other directory may have the name of a chart that is meant to come from a repository.
		if _, err := os.Stat(filepath.Join(name, "Chart.yaml")); err != nil {
			return "", false, nil
		}
	}
	if release.is("verify") {
		if _, err := downloader.VerifyChart(name, release.text("keyring")); err != nil {
			return "", false, err
		}
	}
	path, err = filepath.Abs(name)
	return path, err == nil, err
}

func download(name, repository string, release Release, settings *cli.EnvSettings) (string, error) {
	options := action.ChartPathOptions{
		RepoURL: repository, Version: strings.TrimSpace(release.text("version")),
		CaFile: release.repository("caFile"), CertFile: release.repository("certFile"), KeyFile: release.repository("keyFile"),
		Username: release.repository("username"), Password: release.repository("password"),
		Keyring: release.text("keyring"), Verify: release.is("verify"),
	}
	if options.Version == "" && release.is("devel") {
		options.Version = developmentVersions
	}
	client, err := registry.NewClient(
		registry.ClientOptWriter(io.Discard), registry.ClientOptEnableCache(true),
		registry.ClientOptCredentialsFile(settings.RegistryConfig),
		registry.ClientOptBasicAuth(options.Username, options.Password),
	)
	if err != nil {
		return "", err
	}
	// Only an installation can hand its registry client to the options.
	installation := action.NewInstall(&action.Configuration{RegistryClient: client})
	installation.ChartPathOptions = options
	installation.SetRegistryClient(client)
	return installation.LocateChart(name, settings)
}
