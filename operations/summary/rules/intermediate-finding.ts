import type { ClusterView, Finding } from "../comparison";
import type { Step } from "../read-preview";

/** What an intermediate CA consists of that the mesh makes itself. */
export const madeParts = ["key", "certificate request", "certificate", "Secret cacerts"] as const;

/** A part of an intermediate CA, where something is done to it. */
export function changingPart(view: ClusterView, part: string): Step | undefined {
  const step = view.step("intermediate CA", part);
  return step?.op === "same" ? undefined : step;
}

/** What is told of an intermediate CA. @param risk Default: none. */
export function intermediateFinding(words: string, explains: readonly Step[], risk?: Finding["risk"]): Finding {
  return { change: { id: "intermediate", words }, ...(risk === undefined ? {} : { risk }), explains };
}

/** What no user asks for: the intermediate CA of an istiod that stays loses something that it needs. */
export function intermediateLost(words: string, traffic: "interrupted" | "not-known"): NonNullable<Finding["risk"]> {
  return {
    id: "intermediate-removed",
    severity: "high",
    traffic,
    words,
    advice: "Do not merge it; find out what makes it change.",
  };
}

/** Another intermediate, or others beside it, which takes the place of the former while calls go on. */
export function intermediateChanged(words: string, advice: string): NonNullable<Finding["risk"]> {
  return { id: "intermediate-replaced", severity: "medium", traffic: "not-interrupted", words, advice };
}

/** What is to be waited for after a step of several. */
export const untilFollowed =
  "Run `isthmus trust status` after the update, and go on with the next step only when every workload has followed.";

/** An istiod begins to sign under what others may not trust yet. */
export function issuerChanges(words: string, untrusted: string): NonNullable<Finding["risk"]> {
  return {
    id: "issuer-changes",
    severity: "medium",
    traffic: "not-known",
    words: `${words}: calls fail to its workloads from those that do not trust ${untrusted}.`,
    advice: "Merge it once every workload of every cluster trusts that root: `isthmus trust status` says so.",
  };
}

/** Stands for a step of which no more is known than that it is one. */
export const noStep = { op: "update", replacePaths: [] } as const;
