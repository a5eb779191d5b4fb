import type { V1Pod } from "@kubernetes/client-node";

/** Why a pod is not ready, as the end of a sentence about it; undefined where it is. Pure. */
export function notReadyWords({ status }: Pick<V1Pod, "status">): string | undefined {
  if (status?.conditions?.some((condition) => condition.type === "Ready" && condition.status === "True"))
    return undefined;
  const statuses = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  const waiting = statuses.find(({ state }) => state?.waiting?.message !== undefined);
  if (waiting !== undefined) {
    const state = waiting.state?.waiting;
    return `is not ready: container ${waiting.name} (${waiting.image}): ${state?.reason ?? "waiting"}: ${state?.message ?? ""}`;
  }
  const unscheduled = status?.conditions?.find((condition) => condition.reason === "Unschedulable");
  return `is not ready: ${unscheduled?.message ?? status?.phase ?? "Unknown"}`;
}
