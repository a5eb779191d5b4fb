import assert from "node:assert/strict";
import type { ClusterView, Comparison } from "../../../operations/summary/comparison";
import type { Step } from "../../../operations/summary/read-preview";
import { exposedIstiod } from "../../../operations/summary/rules/exposed-istiod";
import { machines } from "../../../operations/summary/rules/machines";
import { controlPlaneIn } from "../../../topology";
import { planOf } from "../../support/plans";
import { machine, withMachines } from "../topology/machine-cases";

const plan = planOf(withMachines({ "billing-1": machine() }));

/** What is done to the entry of a machine, or to the Service of the exposed istiod. */
function step(op: Step["op"], more: Partial<Step> = {}): Step {
  const entry = (address: string): Step["before"] => ({ spec: { address } });
  return {
    urn: "",
    subject: { cluster: "east", component: "machine", part: "billing-1" },
    type: "kubernetes:networking.istio.io/v1:WorkloadEntry",
    op,
    before: op === "create" ? undefined : entry("10.0.3.7"),
    after: op === "delete" ? undefined : entry("10.0.3.8"),
    paths: op === "update" ? ["spec.address"] : [],
    kinds: {},
    replacePaths: [],
    formerUrn: undefined,
    isKept: false,
    ...more,
  };
}

function told(rule: typeof machines, ...steps: Step[]): string[] {
  const view = {
    name: "east",
    mesh: { plan } as Comparison,
    controlPlane: controlPlaneIn(plan, "east"),
    steps,
    step: () => steps[0],
  } as unknown as ClusterView;
  return rule(view).map(({ change, risk }) => {
    return `${change?.words ?? ""} | ${risk === undefined ? "no risk" : `${risk.id} ${risk.severity} ${risk.traffic}`}`;
  });
}

describe("a summary of machines outside Kubernetes", () => {
  it("says that one joins, leaves, or is another", () => {
    assert.deepEqual(told(machines, step("create")), ["machine billing-1 joins | no risk"]);
    assert.deepEqual(told(machines, step("delete")), ["machine billing-1 leaves | machine-leaves medium not-known"]);
    assert.deepEqual(told(machines, step("update")), [
      "the entry of machine billing-1: spec.address | not-understood medium not-known",
    ]);
    assert.deepEqual(told(machines, step("replace")), [
      "the entry of machine billing-1 is deleted and made anew | other-replaced medium not-known",
    ]);
    assert.deepEqual(told(machines, step("same")), []);
  });

  it("says for whom an istiod is exposed", () => {
    const subject = { cluster: "east", component: "exposed istiod", part: "Service" };
    assert.deepEqual(told(exposedIstiod, step("create", { subject })), [
      "its istiod is exposed to serve machine billing-1: its address is not known yet | no risk",
    ]);
  });
});
