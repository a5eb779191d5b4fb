/** A container of a pod, as far as it says why it does not run. */
interface SeenContainer {
  readonly name: string;
  readonly image: string;
  readonly state?: { readonly waiting?: { readonly reason?: string; readonly message?: string } };
}

/** A pod, as far as it says why it is not ready: of the package's types none needs those of Kubernetes' client. */
interface SeenPod {
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
      readonly message?: string;
    }[];
    readonly initContainerStatuses?: readonly SeenContainer[];
    readonly containerStatuses?: readonly SeenContainer[];
  };
}

/** Why a pod is not ready, as the end of a sentence about it; undefined where it is. Pure. */
export function notReadyWords({ status }: SeenPod): string | undefined {
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
