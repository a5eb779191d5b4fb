/** What a policy of Istio's is written in. */
export type PolicySpec = Readonly<Record<string, unknown>>;

/** The mode of a PeerAuthentication, as far as it has one. */
export function peerModeOf({ mtls }: PolicySpec): unknown {
  return (mtls as PolicySpec | undefined)?.["mode"];
}

/** Whether a policy is for all workloads of where it counts: without a selector, or with one that selects nothing apart. */
export function isForAll({ selector, targetRef, targetRefs }: PolicySpec): boolean {
  const { matchLabels } = (selector ?? {}) as PolicySpec;
  return [matchLabels, targetRef, targetRefs].every((one) => one === undefined || isEmpty(one));
}

/** When an object was made, and what it is called. */
interface DatedPolicy {
  readonly name: string;
  /** RFC 3339; empty where it is not known. */
  readonly createdAt: string;
}

/** Of several PeerAuthentications for all workloads Istio takes the oldest (istio, pilot/pkg/model/authentication.go). */
export function oldestOf<Policy extends DatedPolicy>(policies: readonly Policy[]): Policy | undefined {
  const age = ({ createdAt, name }: Policy): string => `${createdAt} ${name}`;
  return policies.toSorted((one, other) => (age(one) < age(other) ? -1 : 1))[0];
}

/** An AuthorizationPolicy, as far as it says whom it stops. */
export interface AuthorizationOutline {
  readonly action: string;
  /** Whether it is for all workloads of where it counts, or for those that it selects. */
  readonly scope: "all" | "selected";
  /** What its rules take in: none, some calls, or every one. */
  readonly rules: "none" | "some" | "every";
}

/** What of an AuthorizationPolicy says whom it stops. */
export function authorizationOutline(spec: PolicySpec): AuthorizationOutline {
  const { action, rules } = spec;
  return {
    action: typeof action === "string" && action !== "" ? action : "ALLOW",
    scope: isForAll(spec) ? "all" : "selected",
    rules: !Array.isArray(rules) || rules.length === 0 ? "none" : rules.some(isEmpty) ? "every" : "some",
  };
}

/**
 * Those of the root namespace that stop every call. A policy that allows nothing is half of a known pattern, of which the
 * other half allows what is needed: beside one that allows anything it is taken to be meant. Pure.
 * @param inRoot Policies of the root namespace, which count for the whole mesh.
 * @param beside Policies by which something may be allowed. Default: those of the root namespace.
 */
export function denyingPolicies<Policy extends AuthorizationOutline>(
  inRoot: readonly Policy[],
  beside: readonly AuthorizationOutline[] = inRoot,
): Policy[] {
  const isAllowing = beside.some(({ action, rules }) => action === "ALLOW" && rules !== "none");
  return inRoot.filter(({ action, rules, scope }) => {
    if (scope !== "all") return false;
    return action === "DENY" ? rules === "every" : action === "ALLOW" && rules === "none" && !isAllowing;
  });
}

/** Whether something is a mapping, or a list, of nothing. */
function isEmpty(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}
