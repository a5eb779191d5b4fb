import assert from "node:assert/strict";
import fc from "fast-check";
import { nextRotationStep, rotationSteps, type GeneratedRoots } from "../../../../operations/trust/rotation/next-step";
import { parseMesh, planMesh, type MeshConfig, type MeshPlan } from "../../../../topology";
import { unsafe, type Change, type ClusterStanding, type Configuration } from "../../../../trust/rotation";
import { primaryRemoteNetworks, sharedExternalControlPlane, twoPrimaries } from "../../../support/plans";

const first: GeneratedRoots = { roots: ["first"], issuer: "first", issuers: {} };

function planWith(mesh: MeshConfig, generated: GeneratedRoots): MeshPlan {
  const { roots, issuer, issuers } = generated;
  const said = { roots: [...roots], issuer, issuers: { ...issuers } };
  return planMesh(parseMesh({ ...mesh, trust: { generated: said } }));
}

const said = (mesh: MeshConfig, from: GeneratedRoots, goal: string): string[] =>
  rotationSteps(planWith(mesh, from), goal).map(({ what }) => what);

describe("the next step of a rotation of generated roots", () => {
  it("goes to another root by four updates, of two istiods", () => {
    const steps = rotationSteps(planWith(twoPrimaries, first), "2031");
    assert.deepEqual(
      steps.map(({ kind, generated }) => [kind, generated]),
      [
        ["trust", { roots: ["first", "2031"], issuer: "first", issuers: {} }],
        ["issue", { roots: ["first", "2031"], issuer: "first", issuers: { east: "2031" } }],
        ["issue", { roots: ["first", "2031"], issuer: "2031", issuers: {} }],
        ["distrust", { roots: ["2031"], issuer: "2031", issuers: {} }],
      ],
    );
    assert.deepEqual(
      steps.map(({ what }) => what),
      [
        "Make the root 2031, and let everybody trust it beside first.",
        "Let the istiod of east sign under 2031.",
        "Let the istiod of west sign under 2031.",
        "Drop first: 2031 is the only root.",
      ],
    );
  });

  it("goes back from the middle by what was done alone", () => {
    const half: GeneratedRoots = { roots: ["first", "2031"], issuer: "first", issuers: { east: "2031" } };
    assert.deepEqual(said(twoPrimaries, half, "first"), [
      "Let the istiod of east sign under first.",
      "Drop 2031: first is the only root.",
    ]);
    const both: GeneratedRoots = { roots: ["first", "2031"], issuer: "first", issuers: {} };
    assert.deepEqual(said(twoPrimaries, both, "first"), ["Drop 2031: first is the only root."]);
  });

  it("asks each istiod once, whoever it serves", () => {
    assert.equal(said(primaryRemoteNetworks, first, "2031").length, 3);
    assert.deepEqual(said(sharedExternalControlPlane, first, "2031")[1], "Let the istiod of control sign under 2031.");
  });

  it("is none where the root is the only one", () => {
    assert.equal(nextRotationStep(planWith(twoPrimaries, first), "first"), undefined);
  });

  it("is one that the configuration allows and that loses no call, from wherever the file stands to wherever it is to go", () => {
    const names = ["first", "2031", "2036"];
    const site = fc.constantFrom("east", "west");
    const standing = fc.uniqueArray(fc.constantFrom(...names), { minLength: 1 }).chain((roots) =>
      fc.record({
        roots: fc.constant(roots),
        issuer: fc.constantFrom(...roots),
        issuers: fc.dictionary(site, fc.constantFrom(...roots)),
      }),
    );
    fc.assert(
      fc.property(standing, fc.constantFrom(...names), (from, goal) => {
        let plan = planWith(twoPrimaries, { ...from, issuers: { ...from.issuers } });
        const steps = rotationSteps(plan, goal);
        assert.ok(steps.length <= 4);
        for (const { generated, what } of steps) {
          const next = planWith(twoPrimaries, generated);
          assert.equal(unsafe(standingOf(plan), changeTo(next))?.words, undefined, what);
          plan = next;
        }
        assert.deepEqual(plan.trust.generated.roots, [goal], "which the rules let nothing but it sign under");
      }),
    );
  });
});

/** What a plan gives an istiod: the root that it signs under first, as the components write it. */
function configurationOf(plan: MeshPlan, name: string): Configuration {
  const { issuer, issuers, roots } = plan.trust.generated;
  const own = issuers[name] ?? issuer;
  return { roots, issuer: { keyId: name, anchors: [{ root: own }] } };
}

/** A mesh in which everything has followed. */
function standingOf(plan: MeshPlan): ClusterStanding[] {
  return plan.clusters.map(({ controlPlane, name }) => {
    const configuration = configurationOf(plan, controlPlane);
    return {
      cluster: name,
      controlPlane,
      configuration,
      bundles: [configuration.roots],
      leaves: [configuration.issuer],
    };
  });
}

function changeTo(plan: MeshPlan): Change {
  return new Map(plan.controlPlanes.map(({ name }) => [name, configurationOf(plan, name)]));
}
