import assert from "node:assert/strict";
import type { ClusterView, Comparison } from "../../../operations/summary/comparison";
import type { Step } from "../../../operations/summary/read-preview";
import { mutualTls } from "../../../operations/summary/rules/mutual-tls";
import { planOf, twoPrimaries } from "../../support/plans";

const modes = { strict: "STRICT", permissive: "PERMISSIVE" } as const;
type Mode = keyof typeof modes;

/** What is done to a policy: of the mesh, or of a namespace. */
function step(before: Mode | undefined, after: Mode | undefined, namespace?: string): Step {
  const policy = (mode: Mode | undefined): Step["before"] =>
    mode === undefined ? undefined : { spec: { mtls: { mode: modes[mode] } } };
  return {
    urn: "",
    subject: {
      cluster: "east",
      component: "mutual TLS",
      ...(namespace === undefined ? {} : { part: `in ${namespace}` }),
    },
    type: "kubernetes:security.istio.io/v1:PeerAuthentication",
    op: before === undefined ? "create" : after === undefined ? "delete" : "update",
    before: policy(before),
    after: policy(after),
    paths: [],
    kinds: {},
    replacePaths: [],
    formerUrn: undefined,
    isKept: false,
  };
}

/** What is said of east. @param mtls What the last update said of the mesh. */
function told(mtls: "strict" | "permissive" | "none" | undefined, ...steps: Step[]): string[] {
  const plan = planOf(twoPrimaries);
  const last = {
    mesh: mtls === undefined ? {} : { mtls },
    clusters: {},
    controlPlanes: { east: { configCluster: "east" } },
  };
  const mesh = { plan, last } as unknown as Comparison;
  const view = { name: "east", formerName: "east", mesh, steps } as unknown as ClusterView;
  return mutualTls(view).map(({ change, risk }) => {
    return `${change?.words ?? ""} | ${risk === undefined ? "no risk" : `${risk.id} ${risk.severity} ${risk.traffic}`}`;
  });
}

describe("a summary of mutual TLS", () => {
  const required = "mutual-tls-required high interrupted";
  const weakened = "mutual-tls-weakened medium not-interrupted";
  const alone = "by mutual TLS alone";
  const plain = "in plain text too";

  it("says that calls in plain text are refused where they were taken", () => {
    const words = `workloads take calls ${alone}, and so far ${plain} | ${required}`;
    assert.deepEqual(told(undefined, step(undefined, "strict")), [words], "a mesh of an earlier release");
    assert.deepEqual(told("none", step(undefined, "strict")), [words]);
    assert.deepEqual(told("permissive", step("permissive", "strict")), [words]);
  });

  it("says of the way back that it weakens the mesh", () => {
    const words = `workloads take calls ${plain}, and so far ${alone} | ${weakened}`;
    assert.deepEqual(told("strict", step("strict", "permissive")), [words]);
    assert.deepEqual(told("strict", step("strict", undefined)), [words]);
  });

  it("takes it for no risk to say what Istio does anyway", () => {
    assert.deepEqual(told("none", step(undefined, "permissive")), [
      `workloads take calls ${plain}, as before | no risk`,
    ]);
  });

  it("judges a namespace by what counts for it: its own, else the mesh's", () => {
    assert.deepEqual(told("strict", step(undefined, "permissive", "shop")), [
      `workloads in shop take calls ${plain}, and so far ${alone} | ${weakened}`,
    ]);
    assert.deepEqual(told("strict", step("permissive", undefined, "shop")), [
      `workloads in shop take calls ${alone}, and so far ${plain} | ${required}`,
    ]);
    assert.deepEqual(told("permissive", step("permissive", undefined, "shop")), [
      `workloads in shop take calls ${plain}, as before | no risk`,
    ]);
    // The mesh becomes strict, and the namespace stays as it is.
    assert.deepEqual(
      told("none", step(undefined, "strict"), step(undefined, "permissive", "shop"))[1],
      [`workloads in shop take calls ${plain}, as before | no risk`][0],
    );
  });

  it("does not know what follows where a policy is made anew", () => {
    assert.match(told("strict", { ...step("strict", "strict"), op: "replace" })[0] ?? "", /other-replaced/);
  });
});
