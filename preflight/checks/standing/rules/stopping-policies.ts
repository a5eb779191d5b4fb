import { isEmpty, isForAll, modeOf, type Spec } from "./policy-spec";

/** A policy of Istio's, as far as it says whether it stops calls. */
interface SpecifiedPolicy {
  readonly spec: Spec;
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
    .filter(({ spec }) => isForAll(spec) && modeOf(spec) === "DISABLE")
    .map((policy) => ({ kind: "peerauthentication", policy, effect }));
}

/**
 * A policy that allows nothing is half of a known pattern, of which the other half allows what is needed: beside one that
 * allows anything in the same place it is taken to be meant.
 */
function denying<Found extends SpecifiedPolicy>(policies: readonly Found[]): StoppingPolicy<Found>[] {
  const kind = "authorizationpolicy";
  const allows = policies.some(({ spec }) => actionOf(spec) === "ALLOW" && rulesOf(spec).length > 0);
  return policies
    .filter(({ spec }) => isForAll(spec))
    .flatMap((policy): StoppingPolicy<Found>[] => {
      const { spec } = policy;
      if (actionOf(spec) === "DENY" && rulesOf(spec).some(isEmpty)) {
        return [{ kind, policy, effect: "denies every call in the whole mesh" }];
      }
      if (actionOf(spec) !== "ALLOW" || rulesOf(spec).length > 0 || allows) return [];
      return [{ kind, policy, effect: "allows nothing: every call that no other policy allows is denied" }];
    });
}

function actionOf({ action = "ALLOW" }: Spec): unknown {
  return action;
}

function rulesOf({ rules }: Spec): readonly unknown[] {
  return Array.isArray(rules) ? rules : [];
}
