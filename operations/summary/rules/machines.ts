import { listed } from "../../../topology";
import type { ClusterRule, Finding } from "../comparison";
import { differing } from "../differing";
import type { Step } from "../read-preview";
import { notUnderstood } from "./not-understood";
import { verbOf } from "./verb";

/** The entries of machines outside Kubernetes. */
export const machines: ClusterRule = ({ steps }) =>
  steps.filter(({ op, subject }) => subject.component === "machine" && op !== "same").map(machineFinding);

function machineFinding(step: Step): Finding {
  const machine = `machine ${step.subject.part ?? ""}`;
  if (step.op === "create") return { change: { id: "machine", words: `${machine} joins` }, explains: [step] };
  if (step.op === "delete") {
    return {
      change: { id: "machine", words: `${machine} leaves` },
      risk: {
        id: "machine-leaves",
        severity: "medium",
        traffic: "not-known",
        words: `${machine} leaves the mesh: Services that select it lead to it no longer, and nowhere where nothing else answers for them.`,
        advice: "See what else answers for these Services, and stop Istio's agent on it afterwards.",
      },
      explains: [step],
    };
  }
  const words =
    step.op === "replace"
      ? `the entry of ${machine} ${verbOf(step)}`
      : `the entry of ${machine}: ${listed(differing(step).map(({ path }) => path))}`;
  return { change: { id: "machine", words }, risk: notUnderstood(words, step), explains: [step] };
}
