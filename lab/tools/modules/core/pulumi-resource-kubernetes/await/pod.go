package await

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
)

// podProblem says what is wrong with a pod that is not ready, or nothing.
func podProblem(object *unstructured.Unstructured) string {
	pod := &corev1.Pod{}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, pod); err != nil {
		return fmt.Sprintf("[Pod %s]: %v", podName(object), err)
	}
	for _, kind := range []corev1.PodConditionType{corev1.PodInitialized, corev1.PodReady} {
		for _, condition := range pod.Status.Conditions {
			if condition.Type != kind || condition.Status == corev1.ConditionTrue || pod.Status.Phase == corev1.PodSucceeded {
				continue
			}
			problems := containerProblems(pod.Status.ContainerStatuses)
			if condition.Message == "" && len(problems) == 0 {
				continue
			}
			message := ""
			if condition.Reason != "" {
				message = condition.Message
			}
			return fmt.Sprintf("[Pod %s]: %s%s", podName(object), message, strings.Join(problems, "\n"))
		}
	}
	return ""
}

// Pods of the namespace "default" are named without it, as the official plugin does.
func podName(object *unstructured.Unstructured) string {
	if namespace := object.GetNamespace(); namespace != "" && namespace != "default" {
		return namespace + "/" + object.GetName()
	}
	return object.GetName()
}

func containerProblems(containers []corev1.ContainerStatus) []string {
	var problems []string
	for _, container := range containers {
		if container.Ready {
			continue
		}
		if waiting := container.State.Waiting; waiting != nil && waiting.Reason != "ContainerCreating" {
			problems = append(problems, fmt.Sprintf("[%s] %s", waiting.Reason, waiting.Message))
		}
		if ended := container.State.Terminated; ended != nil && ended.Reason != "" {
			problem := fmt.Sprintf("container %q completed with exit code %d", container.Name, ended.ExitCode)
			if ended.Message != "" {
				problem = fmt.Sprintf("[%s] %s", ended.Reason, ended.Message)
			}
			problems = append(problems, problem)
		}
		if last := container.LastTerminationState.Terminated; last != nil {
			problems = append(problems, fmt.Sprintf("container %q terminated at %s (%s: exit code %d)",
				container.Name, last.FinishedAt.UTC().Format("2006-01-02T15:04:05Z"), last.Reason, last.ExitCode))
		}
	}
	return problems
}
