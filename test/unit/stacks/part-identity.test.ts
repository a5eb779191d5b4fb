import assert from "node:assert/strict";
import { claimIn, foreignInstead, isPart, type PartClaim } from "../../../stacks";
import { trustPart } from "../../../topology";
import { planOf, twoPrimaries } from "../../support/plans";

const { east, west } = twoPrimaries.clusters;
const plan = planOf(twoPrimaries);

function claim(part: object | undefined, more: object = {}, of = "east", mesh = plan): PartClaim {
  return claimIn({ ...(part === undefined ? {} : { part }), ...more }, { plan: mesh, environment: "prod", part: of });
}

describe("what a stack says that it is", () => {
  const own = { mesh: "mesh1", environment: "prod", name: "east" };

  it("is a part of this mesh only with its id, its environment and the part's name", () => {
    assert.deepEqual(claim(own), { kind: "own", name: "east" });
    for (const [key, words] of Object.entries({
      mesh: "the part east of mesh other in stack prod",
      environment: "the part east of mesh mesh1 in stack other",
      name: "the part other of mesh mesh1 in stack prod",
    })) {
      assert.deepEqual(claim({ ...own, [key]: "other" }), { kind: "foreign", is: words }, key);
    }
  });

  it("is, by a release before 0.4.0, a part of the mesh whose id stands beside", () => {
    const old = { offers: {}, uses: {} };
    assert.deepEqual(claim(old, { mesh: { id: "mesh1" } }), { kind: "own", name: "east" });
    assert.equal(claim(old, { mesh: { id: "mesh2" } }).kind, "foreign");
    // Which mesh it is, its state must say.
    assert.equal(claim(old).kind, "silent");
  });

  it("is nothing known before its first outputs, and no part where a whole mesh is", () => {
    assert.equal(claim(undefined).kind, "silent");
    assert.equal(claim(undefined, { mesh: { id: "mesh1" }, clusters: {} }).kind, "silent");
    assert.deepEqual(claim(undefined, { mesh: { id: "mesh2" }, clusters: {} }), {
      kind: "foreign",
      is: "the whole of mesh mesh2",
    });
    assert.ok(!isPart({ mesh: { id: "mesh1" } }));
    assert.ok(isPart({ part: {} }));
  });

  it("is still this mesh's while the mesh or the cluster is renamed, and where that is taken back", () => {
    const renamedMesh = planOf({
      ...twoPrimaries,
      id: "mesh2",
      trustDomain: "mesh1.internal",
      replaces: { id: "mesh1" },
    });
    assert.equal(claim(own, {}, "east", renamedMesh).kind, "own");
    const renamed = planOf({ ...twoPrimaries, clusters: { oost: { ...east, replaces: "east" }, west } });
    assert.deepEqual(claim(own, {}, "oost", renamed), { kind: "own", name: "east" });
    // Its stack is called prod.oost already, and the configuration says east again.
    assert.deepEqual(claim(own, {}, "oost", plan), { kind: "own", name: "east" });
    assert.equal(claim(own, {}, "west", plan).kind, "foreign");
    assert.equal(claim({ ...own, name: trustPart }, {}, "oost", plan).kind, "foreign");
  });

  it("is refused in words where its name is wanted", () => {
    const problem = foreignInstead("prod.eu", { plan, environment: "prod", part: "eu" }, "the whole of mesh mesh2");
    assert.match(problem.expected, /the part eu of mesh mesh1 in stack prod/);
    assert.match(problem.fix, /Call the cluster otherwise than eu, or the other stack otherwise than prod\.eu/);
  });
});
