import assert from "node:assert/strict";
import { primaryValues } from "../../../components/internal/helm-values";
import type { ClusterView } from "../../../operations/summary/comparison";
import { differing } from "../../../operations/summary/differing";
import type { Step } from "../../../operations/summary/read-preview";
import { sameness } from "../../../operations/summary/rules/sameness";
import { understood } from "../../../operations/summary/rules/values";
import type { MeshConfig } from "../../../topology";
import { planOf, twoPrimaries } from "../../support/plans";

type SamenessConfig = MeshConfig["sameness"];

/** The step of istiod where the sameness of Services changes so. */
function stepOf(before: SamenessConfig, after: SamenessConfig): Step {
  const valuesOf = (config: SamenessConfig): Step["before"] => {
    const plan = planOf({ ...twoPrimaries, ...(config === undefined ? {} : { sameness: config }) });
    const [controlPlane] = plan.controlPlanes;
    assert.ok(controlPlane !== undefined);
    return { values: primaryValues(plan, controlPlane) };
  };
  return {
    urn: "",
    subject: { cluster: "east", component: "istiod" },
    type: "kubernetes:helm.sh/v3:Release",
    op: "update",
    before: valuesOf(before),
    after: valuesOf(after),
    paths: [],
    kinds: {},
    replacePaths: [],
    formerUrn: undefined,
    isKept: false,
  };
}

const viewOf = (step: Step): ClusterView =>
  ({
    name: "east",
    step: (component: string) => (component === "istiod" ? step : undefined),
  }) as unknown as ClusterView;

/** What is said of such a change. Nothing that differs is left without words. */
function told(before: SamenessConfig, after: SamenessConfig): string[] {
  const step = stepOf(before, after);
  const findings = sameness(viewOf(step));
  const ids = new Set(findings.flatMap(({ change }) => (change === undefined ? [] : [change.id])));
  const view = { ...viewOf(step), told: ids } as ClusterView;
  for (const difference of differing(step)) assert.equal(understood(difference, view), "told", difference.path);
  return findings.map(
    ({ change, risk }) =>
      `${change?.words ?? ""} | ${risk === undefined ? "no risk" : `${risk.id} ${risk.severity} ${risk.traffic}`}`,
  );
}

const local = "answered in the caller's own cluster alone from now on | services-become-cluster-local high interrupted";
const shared = "one service in all clusters from now on | services-become-shared medium not-known";

describe("a summary of the sameness of Services", () => {
  it("says whose calls that cross clusters end", () => {
    assert.deepEqual(told(undefined, { plainServices: "cluster-local" }), [`plain Services: ${local}`]);
    assert.deepEqual(told(undefined, { clusterLocal: ["monitoring", "redis.shop"] }), [
      `Services of monitoring, redis.shop: ${local}`,
    ]);
    const strict = { plainServices: "cluster-local" } as const;
    assert.deepEqual(told(undefined, { ...strict, shared: ["shop", "redis.db"] }), [
      `plain Services but for redis.db, Services of shop: ${local}`,
    ]);
    assert.deepEqual(told({ ...strict, shared: ["shop"] }, strict), [`Services of shop: ${local}`]);
  });

  it("says which Services become one", () => {
    assert.deepEqual(told({ plainServices: "cluster-local" }, undefined), [`plain Services: ${shared}`]);
    assert.deepEqual(told({ clusterLocal: ["shop", "orders"] }, { clusterLocal: ["shop"] }), [
      `Services of orders: ${shared}`,
    ]);
  });

  it("says of what goes on as it did that it does", () => {
    const words = "which Services cross clusters is said otherwise, to the same end | no risk";
    assert.deepEqual(told({ clusterLocal: ["shop"] }, { clusterLocal: ["shop", "redis.shop"] }), [words]);
  });

  it("says nothing where nothing of it changes", () => {
    assert.deepEqual(sameness(viewOf(stepOf(undefined, undefined))), []);
  });
});
