package release

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"helm.sh/helm/v3/pkg/action"
	"helm.sh/helm/v3/pkg/kube"
	"helm.sh/helm/v3/pkg/postrender"
	helmrelease "helm.sh/helm/v3/pkg/release"
	"helm.sh/helm/v3/pkg/storage/driver"

	"isthmus.lab/tools/core/pulumi-resource-kubernetes/cluster"
)

// Failed is a release that Helm has recorded but that did not become what it should.
type Failed struct {
	// Result is Helm's record.
	Result  *helmrelease.Release
	release Release
	cause   error
}

// Error says what happened and of which release.
func (failed *Failed) Error() string {
	return fmt.Sprintf("failed to become available within allocated timeout. Error: Helm Release %s/%s: %v",
		failed.release.Namespace(), failed.release.Name(), failed.cause)
}

// Unwrap gives Helm's error.
func (failed *Failed) Unwrap() error { return failed.cause }

func configuration(ctx context.Context, cluster *cluster.Cluster, namespace string) (*action.Configuration, error) {
	configuration := new(action.Configuration)
	silent := func(string, ...any) {} // Helm's debug messages show rendered objects, secrets among them
	if err := configuration.Init(cluster.Getter(namespace), namespace, "secret", silent); err != nil {
		return nil, err
	}
	client := configuration.KubeClient.(*kube.Client)
	client.Namespace = namespace
	configuration.KubeClient = &patientClient{client, ctx, client.Factory.KubernetesClientSet}
	return configuration, nil
}

// Install installs the release. The error is a Failed when a record of the release remains.
func Install(ctx context.Context, cluster *cluster.Cluster, release Release) (*helmrelease.Release, error) {
	loaded, _, err := LoadChart(release)
	if err != nil {
		return nil, err
	}
	if kind := loaded.Metadata.Type; kind != "" && kind != "application" {
		return nil, fmt.Errorf("%s charts are not installable", kind)
	}
	configuration, err := configuration(ctx, cluster, release.Namespace())
	if err != nil {
		return nil, err
	}
	install := action.NewInstall(configuration)
	install.ReleaseName, install.Namespace = release.Name(), release.Namespace()
	install.CreateNamespace = release.is("createNamespace")
	install.Description = release.text("description")
	install.Wait = release.waits()
	install.WaitForJobs = release.waits() && release.is("waitForJobs")
	install.Timeout = release.timeout()
	install.Atomic = release.is("atomic")
	install.Replace = release.is("replace")
	install.SkipCRDs = release.is("skipCrds")
	install.DisableHooks = release.is("disableWebhooks")
	install.DisableOpenAPIValidation = release.is("disableOpenapiValidation")
	install.SubNotes = release.is("renderSubchartNotes")
	install.Devel = release.is("devel")
	install.TakeOwnership = release.is("takeOwnership")
	if install.PostRenderer, err = release.postRenderer(); err != nil {
		return nil, err
	}
	result, err := install.RunWithContext(ctx, loaded, release.values())
	if err == nil || result == nil {
		return result, err
	}
	// An atomic installation has removed its record, and a name that was taken never had one of ours.
	if known, lookupErr := Get(ctx, cluster, release); lookupErr != nil || known == nil {
		return nil, err
	}
	return nil, &Failed{result, release, err}
}

// Upgrade changes the release to the new inputs. The error is a Failed when there is a record of the attempt.
func Upgrade(ctx context.Context, cluster *cluster.Cluster, release Release) (*helmrelease.Release, error) {
	loaded, path, err := LoadChart(release)
	if err != nil {
		return nil, err
	}
	if release.is("lint") {
		if err := lint(path, release); err != nil {
			return nil, err
		}
	}
	configuration, err := configuration(ctx, cluster, release.Namespace())
	if err != nil {
		return nil, err
	}
	upgrade := action.NewUpgrade(configuration)
	upgrade.Namespace = release.Namespace()
	upgrade.Description = release.text("description")
	upgrade.Wait = release.waits()
	upgrade.WaitForJobs = release.waits() && release.is("waitForJobs")
	upgrade.Timeout = release.timeout()
	upgrade.Atomic = release.is("atomic")
	upgrade.CleanupOnFail = release.is("cleanupOnFail")
	upgrade.DisableHooks = release.is("disableCRDHooks")
	upgrade.Force = release.is("forceUpdate")
	upgrade.Recreate = release.is("recreatePods")
	upgrade.ResetValues = release.is("resetValues")
	upgrade.ReuseValues = release.is("reuseValues")
	upgrade.SubNotes = release.is("renderSubchartNotes")
	upgrade.MaxHistory = release.maxHistory()
	upgrade.Devel = release.is("devel")
	upgrade.TakeOwnership = release.is("takeOwnership")
	if upgrade.PostRenderer, err = release.postRenderer(); err != nil {
		return nil, err
	}
	result, err := upgrade.RunWithContext(ctx, release.Name(), loaded, release.values())
	if err == nil || result == nil || errors.Is(err, driver.ErrNoDeployedReleases) {
		return result, err
	}
	return nil, fmt.Errorf("error running update: %w", &Failed{result, release, err})
}

// Uninstall removes the release and, unless waits are skipped, waits until its objects are gone. The text is what Helm
// has to say about it, such as objects that it was told to keep.
func Uninstall(ctx context.Context, cluster *cluster.Cluster, release Release) (string, error) {
	configuration, err := configuration(ctx, cluster, release.Namespace())
	if err != nil {
		return "", err
	}
	uninstall := action.NewUninstall(configuration)
	if release.is("atomic") || release.waits() {
		uninstall.Wait, uninstall.Timeout = true, release.timeout()
	}
	result, err := uninstall.Run(release.Name())
	if err != nil {
		return "", err
	}
	return result.Info, nil
}

// Get is Helm's last record of the release, or nil when there is none.
func Get(ctx context.Context, cluster *cluster.Cluster, release Release) (*helmrelease.Release, error) {
	configuration, err := configuration(ctx, cluster, release.Namespace())
	if err != nil {
		return nil, err
	}
	result, err := action.NewGet(configuration).Run(release.Name())
	if errors.Is(err, driver.ErrReleaseNotFound) {
		return nil, nil
	}
	return result, err
}

func (release Release) postRenderer() (postrender.PostRenderer, error) {
	command := release.text("postrender")
	if command == "" {
		return nil, nil
	}
	return postrender.NewExec(command)
}

func lint(path string, release Release) error {
	result := action.NewLint().Run([]string{path}, release.values())
	if len(result.Errors) == 0 {
		return nil
	}
	messages := make([]string, 0, len(result.Errors))
	for _, err := range result.Errors {
		messages = append(messages, err.Error())
	}
	return fmt.Errorf("malformed chart or values: \n\t%s", strings.Join(messages, "\n\t"))
}
