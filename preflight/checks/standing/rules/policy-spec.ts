/** What a policy of Istio's is written in. */
export type Spec = Readonly<Record<string, unknown>>;

/** The mode of a PeerAuthentication, as far as it has one. */
export function modeOf({ mtls }: Spec): unknown {
  return (mtls as Spec | undefined)?.["mode"];
}

/** Whether a policy is for all workloads of where it counts. */
export function isForAll({ selector, targetRef, targetRefs }: Spec): boolean {
  return [selector, targetRef, targetRefs].every((one) => one === undefined || isEmpty(one));
}

/** Whether something is a mapping of nothing. */
export function isEmpty(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}
