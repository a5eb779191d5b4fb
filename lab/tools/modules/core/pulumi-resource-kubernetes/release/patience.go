package release

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"helm.sh/helm/v3/pkg/kube"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/cli-runtime/pkg/resource"
	"k8s.io/client-go/kubernetes"
)

// pollInterval is how often a wait looks at objects that are not ready. Helm's own waits look every two seconds and
// at every object again.
const pollInterval = 200 * time.Millisecond

// maxErrors is how many errors in a row for one object end a wait, as in Helm's own.
const maxErrors = 30

// patientClient is Helm's client with waits that notice sooner and end with a context, and without needless work.
type patientClient struct {
	*kube.Client
	ctx       context.Context
	clientset func() (*kubernetes.Clientset, error)
}

// Build never validates. Helm asks for a check that every API server since 1.25 is trusted to make itself, so it checks
// nothing, but it reads the API server's whole OpenAPI documents to find that out: half of an installation's work.
func (client *patientClient) Build(reader io.Reader, _ bool) (kube.ResourceList, error) {
	return client.Client.Build(reader, false)
}

func (client *patientClient) Wait(resources kube.ResourceList, timeout time.Duration) error {
	return client.wait(resources, timeout, kube.PausedAsReady(true))
}

func (client *patientClient) WaitWithJobs(resources kube.ResourceList, timeout time.Duration) error {
	return client.wait(resources, timeout, kube.PausedAsReady(true), kube.CheckJobs(true))
}

func (client *patientClient) wait(
	resources kube.ResourceList, timeout time.Duration, options ...kube.ReadyCheckerOption,
) error {
	clientset, err := client.clientset()
	if err != nil {
		return err
	}
	checker := kube.NewReadyChecker(clientset, client.Log, options...)
	return client.poll(resources, timeout, func(ctx context.Context, info *resource.Info) (bool, error) {
		return checker.IsReady(ctx, info)
	})
}

func (client *patientClient) WaitForDelete(resources kube.ResourceList, timeout time.Duration) error {
	return client.poll(resources, timeout, func(_ context.Context, info *resource.Info) (bool, error) {
		err := info.Get()
		if apierrors.IsNotFound(err) {
			return true, nil
		}
		return false, err
	})
}

// poll asks about each object until it is done, and does not ask about it again.
func (client *patientClient) poll(
	resources kube.ResourceList, timeout time.Duration, done func(context.Context, *resource.Info) (bool, error),
) error {
	ctx, cancel := context.WithTimeout(client.ctx, timeout)
	defer cancel()
	for _, info := range resources {
		for failures := 0; ; {
			ready, err := done(ctx, info)
			if ready {
				break
			}
			if err != nil && ctx.Err() == nil {
				if failures++; failures > maxErrors || !retryable(err) {
					return err
				}
			} else {
				failures = 0
			}
			select {
			case <-ctx.Done():
				return waitEnded(ctx, info)
			case <-time.After(pollInterval):
			}
		}
	}
	return nil
}

// Helm says only "context deadline exceeded"; the object that was waited for is what a user needs to know.
func waitEnded(ctx context.Context, info *resource.Info) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fmt.Errorf("%w: %s is not ready", context.DeadlineExceeded, info.ObjectName())
	}
	return ctx.Err()
}

// What the API server refuses stays refused, unless it is overloaded or broken.
func retryable(err error) bool {
	var status *apierrors.StatusError
	if !errors.As(err, &status) {
		return true
	}
	code := status.ErrStatus.Code
	return code == 0 || code == 429 || code >= 500 && code != 501
}
