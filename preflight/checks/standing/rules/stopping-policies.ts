import { authorizationOutline, denyingPolicies, isForAll, peerModeOf, type PolicySpec } from "../../../../topology";

/** A policy of Istio's, as far as it says whether it stops calls. */
interface SpecifiedPolicy {
  readonly spec: PolicySpec;
}

/** Policies of the namespace from which they count for the whole mesh. */
export interface MeshPolicies<Found extends SpecifiedPolicy> {
  readonly peerAuthentications: readonly Found[];
  readonly authorizationPolicies: readonly Found[];
}

/** A policy that stops calls in the whole mesh. */
export interface StoppingPolicy<Found extends SpecifiedPolicy> {
  /** What kubectl calls its kind. */
  readonly kind: "peerauthentication" | "authorizationpolicy";
  readonly policy: Found;
  /** What it does, as the end of a sentence about it. */
  readonly effect: string;
}

/** Those that stop calls in the whole mesh, whoever made them. Pure. */
export function stoppingPolicies<Found extends SpecifiedPolicy>({
  authorizationPolicies,
  peerAuthentications,
}: MeshPolicies<Found>): StoppingPolicy<Found>[] {
  return [...plainText(peerAuthentications), ...denying(authorizationPolicies)];
}

/** Without mutual TLS a gateway cannot tell by the server's name where a call of another network goes. */
function plainText<Found extends SpecifiedPolicy>(policies: readonly Found[]): StoppingPolicy<Found>[] {
  const effect = "turns mutual TLS off in the whole mesh: calls between networks fail";
  return policies
    .filter(({ spec }) => isForAll(spec) && peerModeOf(spec) === "DISABLE")
    .map((policy) => ({ kind: "peerauthentication", policy, effect }));
}

function denying<Found extends SpecifiedPolicy>(policies: readonly Found[]): StoppingPolicy<Found>[] {
  const outlined = policies.map((policy) => ({ policy, ...authorizationOutline(policy.spec) }));
  return denyingPolicies(outlined).map(({ action, policy }) => ({
    kind: "authorizationpolicy",
    policy,
    effect:
      action === "DENY"
        ? "denies every call in the whole mesh"
        : "allows nothing: every call that no other policy allows is denied",
  }));
}
