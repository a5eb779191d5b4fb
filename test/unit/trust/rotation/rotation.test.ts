import assert from "node:assert/strict";
import fc from "fast-check";
import {
  afterwards,
  nextStep,
  planOf,
  unsafe,
  uptakeOf,
  type Change,
  type Configuration,
  type Issuer,
  type MeshStanding,
  type Step,
} from "../../../../trust/rotation";
import { below, crossSignedGoal, goalOf, goalTo, layouts, settled, standingOn, ways, type Way } from "./meshes";
import { reallyVerifies } from "./real";

const both = ["east", "west"];
const kinds = (steps: readonly Step[]) => steps.map(({ kind, change }) => [kind, ...change.keys()].join(" "));
const uptakes = (steps: readonly Step[]) => steps.map(({ uptake }) => uptake);

describe("the steps of a rotation", () => {
  it("trust both roots everywhere, issue cluster by cluster, distrust the old one", () => {
    const steps = planOf(standingOn("A", both), goalOf("B", both));
    assert.deepEqual(kinds(steps), ["trust east west", "issue east", "issue west", "distrust east west"]);
    assert.deepEqual(uptakes(steps), ["multi-root", "live", "live", "multi-root"]);
  });

  it("issue at once where the chain is cross-signed, and shorten it in the end", () => {
    const steps = planOf(standingOn("A", both), crossSignedGoal("B", "A", both));
    const expected = ["issue east", "issue west", "trust east west", "distrust east west", "shorten east west"];
    assert.deepEqual(kinds(steps), expected);
    assert.deepEqual(uptakes(steps), ["live", "live", "multi-root", "multi-root", "live"]);
  });

  it("are those of both roots where the old root's path length forbids the cross-signed chain", () => {
    const mesh = standingOn("P", ["east"]);
    const tooLong: Issuer = { keyId: "east below B", anchors: [{ root: "B" }, { root: "P", tooLong: true }] };
    const goal = { ...goalOf("B", ["east"]), crossSigned: new Map([["east", tooLong]]) };
    assert.deepEqual(kinds(planOf(mesh, goal)), ["trust east", "issue east", "distrust east", "shorten east"]);
  });

  it("are a renewal, one istiod after the other, where the root stays", () => {
    const goal = {
      root: "A",
      issuers: new Map(both.map((name) => [name, { ...below("A", name), keyId: `new ${name}` }])),
    };
    const steps = planOf(standingOn("A", both), goal);
    assert.deepEqual(kinds(steps), ["issue east", "issue west"]);
    assert.deepEqual(uptakes(steps), ["live", "live"]);
  });

  it("put the new root first where leaves are to be renewed at once", () => {
    const steps = planOf(standingOn("A", both), { ...goalOf("B", both), renewal: "hastened" });
    assert.deepEqual(kinds(steps), ["trust east west", "issue east", "issue west", "distrust east west"]);
    assert.deepEqual(uptakes(steps), ["multi-root", "multi-root", "multi-root", "multi-root"]);
    const rootsOf = ({ change }: Step) => [...change.values()].map(({ roots }) => roots.join());
    assert.deepEqual(steps.map(rootsOf), [["A,B", "A,B"], ["B,A"], ["B,A"], ["B", "B"]]);
  });

  it("are none where all is as it is to be", () => {
    assert.deepEqual(planOf(standingOn("A", both), goalOf("A", both)), []);
  });

  it("bring together a mesh of which one half has moved alone", () => {
    const halves = [settled("east", ["A"], below("A", "east")), settled("west", ["B"], below("B", "west"))];
    const expected = ["trust east west", "issue east", "distrust east west"];
    assert.deepEqual(kinds(planOf(halves, goalOf("B", both))), expected);
  });

  it("are waited for while a proxy has not heard of the new root, which is said", () => {
    const mesh = standingOn("A", both).map((standing) => ({
      ...standing,
      configuration: { ...standing.configuration, roots: ["A", "B"] },
      bundles: [["A", "B"], ...(standing.cluster === "west" ? [["A"]] : [])],
    }));
    const next = nextStep(mesh, goalOf("B", both), (keyId) => keyId);
    assert.ok(next.kind === "wait");
    assert.equal(next.step.kind, "issue");
    assert.deepEqual(next.lags, [{ cluster: "west", what: "roots" }]);
    assert.match(
      next.until.words,
      /in east whose certificate would be signed by east below B, .* in west that trusts A$/,
    );
  });

  it("ask for an intermediate of every istiod, below the root they go to", () => {
    const mesh = standingOn("A", both);
    assert.throws(() => nextStep(mesh, goalOf("B", ["east"])), /no issuer for the istiod of west/);
    const other = { ...goalOf("B", both), root: "C" };
    assert.throws(() => nextStep(mesh, other), /the issuer of east does not lead to the goal's root/);
  });
});

describe("what an istiod needs to take a change up", () => {
  const had: Configuration = { roots: ["A", "B"], issuer: below("A", "east") };

  it("is nothing more than its files while the roots stand as they stood", () => {
    assert.equal(uptakeOf(had, had), "unchanged");
    assert.equal(uptakeOf(had, { ...had, issuer: below("B", "east") }), "live");
  });

  it("is the flag where roots are added, dropped or put in another order", () => {
    for (const roots of [["A"], ["A", "B", "C"], ["B", "A"]])
      assert.equal(uptakeOf(had, { ...had, roots }), "multi-root");
  });

  it("is a restart where roots are exchanged", () => {
    for (const roots of [["C"], ["A", "C"]]) assert.equal(uptakeOf(had, { ...had, roots }), "restart");
  });
});

describe("every plan", () => {
  const cases = fc.record({ layout: layouts, way: ways });

  function planFor(layout: readonly (readonly [string, string])[], way: Way) {
    const mesh: MeshStanding = layout.map(([cluster, controlPlane]) => ({
      ...settled(cluster, ["A"], below("A", controlPlane)),
      controlPlane,
    }));
    const own = [...new Set(layout.map(([, controlPlane]) => controlPlane))];
    return { mesh, steps: planOf(mesh, goalTo(way, "B", "A", own)) };
  }

  it("is safe at each step, however each proxy and each workload lags, by real handshakes", async () => {
    const property = fc.asyncProperty(cases, async ({ layout, way }) => {
      const { mesh: standing, steps } = planFor(layout, way);
      let mesh = standing;
      for (const { change } of steps) {
        const after = afterwards(mesh, change);
        const configurations = [...mesh, ...after].map(({ configuration }) => configuration);
        for (const { roots } of configurations)
          for (const { issuer } of configurations) assert.ok(await reallyVerifies(roots, issuer));
        mesh = after;
      }
      assert.ok(mesh.every(({ configuration }) => configuration.roots.join() === "B"));
    });
    await fc.assert(property, { numRuns: 60 });
  });

  it("has no step to leave out: who does two at once is told what would fail", async () => {
    const property = fc.asyncProperty(layouts, async (layout) => {
      const { mesh, steps } = planFor(layout, "both trusted");
      const [trust, ...others] = steps.map(({ change }) => change) as [Change, ...Change[]];
      const trusted = afterwards(mesh, trust);
      const skipped = [
        { from: mesh, change: others[0] as Change },
        { from: trusted, change: new Map(others.flatMap((change) => [...change])) },
        { from: mesh, change: new Map([trust, ...others].flatMap((change) => [...change])) },
      ];
      for (const { from, change } of skipped) {
        const found = unsafe(from, change);
        assert.ok(found);
        assert.equal(await reallyVerifies(found.refuses.bundle, found.presents.issuer), false, found.words);
      }
    });
    await fc.assert(property, { numRuns: 60 });
  });

  it("may do without both roots at once where chains are cross-signed, if istiods are restarted", () => {
    const steps = planOf(standingOn("A", both), crossSignedGoal("B", "A", both));
    const issued = steps.slice(0, 2).reduce((mesh, { change }) => afterwards(mesh, change), standingOn("A", both));
    const distrust = (steps[3] as Step).change;
    assert.equal(unsafe(issued, distrust), undefined);
    const [had, to] = [issued[0]?.configuration, distrust.get("east")];
    assert.ok(had && to);
    assert.equal(uptakeOf(had, to), "restart");
    assert.match(unsafe(issued, (steps[4] as Step).change)?.words ?? "", /that trusts A$/);
  });
});
