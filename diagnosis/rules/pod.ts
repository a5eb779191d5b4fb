import type { Event, Pod } from "../objects";
import { eventsOf, type Snapshot } from "../snapshot";
import { containerFindings } from "./container";
import type { Finding } from "./finding";
import { oneLine } from "./words";

/** What keeps a pod from being ready, the first cause first; nothing where it is. */
export function podFindings(snapshot: Snapshot, pod: Pod): Finding[] {
  if (isTrue(pod, "Ready")) return [];
  const events = eventsOf(snapshot, "Pod", pod.metadata?.name);
  const unscheduled = schedulingFinding(pod, events);
  if (unscheduled !== undefined) return [unscheduled];
  const inContainers = containerFindings(snapshot, pod);
  if (inContainers.length > 0) return inContainers;
  const told = toldFinding(pod, events);
  return [told ?? { id: "starting", found: `pod ${pod.metadata?.name ?? ""} starts`, endsBy: "waiting" }];
}

/** Nodes that come by themselves: those that are just being started, and those that an autoscaler adds. */
const comesByItself = /node\.kubernetes\.io\/not-ready|node\.cloudprovider\.kubernetes\.io\/uninitialized/;

function schedulingFinding(pod: Pod, events: readonly Event[]): Finding | undefined {
  const condition = pod.status?.conditions?.find(({ type }) => type === "PodScheduled");
  if (condition?.status !== "False" || condition.reason !== "Unschedulable") return undefined;
  const message = (condition.message ?? "").replace(/\.? ?(?:no new claims to deallocate, ?)?(?:preemption: .*)?$/, "");
  const isComing = comesByItself.test(message) || events[0]?.reason === "TriggeredScaleUp";
  return {
    id: "no-room",
    found: `no node takes pod ${pod.metadata?.name ?? ""} (${message})`,
    ...(isComing
      ? { endsBy: "waiting" as const }
      : {
          fix: roomFix(message),
          endsBy: "somebody" as const,
        }),
  };
}

/** What helps where no node takes a pod, by the words of the scheduler (k8s.io/kubernetes, pkg/scheduler/framework/plugins). */
function roomFix(message: string): string {
  const room = "Add a node or make room, or change requests, node selectors and tolerations in the Helm values.";
  if (message.includes("unschedulable")) {
    return `Where its nodes are cordoned for nothing any more, \`kubectl uncordon\` them (\`kubectl get nodes\`). ${room}`;
  }
  if (message.includes("untolerated taint")) {
    return `Where a taint of its nodes is not meant any more, take it off (\`kubectl describe nodes\` shows them). ${room}`;
  }
  return room;
}

/** What the kubelet tells of a pod whose containers say nothing yet. */
function toldFinding(pod: Pod, events: readonly Event[]): Finding | undefined {
  const warning = events.find(({ type }) => type === "Warning");
  const words = oneLine(warning?.message);
  const name = pod.metadata?.name ?? "";
  switch (warning?.reason) {
    case "FailedMount":
    case "FailedAttachVolume":
      return {
        id: "mount",
        found: `pod ${name} cannot mount a volume (${words})`,
        fix: "Create what it names, or mend what names it.",
        endsBy: "waiting",
      };
    case "FailedCreatePodSandBox":
      return {
        id: "pod-network",
        found: `the node cannot set pod ${name} up (${words})`,
        fix: "Look at the node's container runtime and its CNI plugin.",
        endsBy: "waiting",
      };
    case "Unhealthy":
      return { id: "not-ready", found: `pod ${name} runs and is not ready (${words})`, endsBy: "waiting" };
    default:
      return undefined;
  }
}

function isTrue(pod: Pod, type: string): boolean {
  return pod.status?.conditions?.some((condition) => condition.type === type && condition.status === "True") === true;
}
