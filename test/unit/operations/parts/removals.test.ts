import assert from "node:assert/strict";
import { removedParts, marksOf, sameCluster, notAgreed, stillReached } from "../../../../operations/parts/removals";
import { takenOver, underNewNames } from "../../../../operations/parts/renamed";
import { partNames, partStackOf, type PartStack } from "../../../../operations/parts/states";
import { asSecret } from "../../../../engine/state";
import { planOf, twoPrimaries } from "../../../support/plans";

const { east, west } = twoPrimaries.clusters;
const plan = planOf(twoPrimaries);
const renamed = planOf({ ...twoPrimaries, clusters: { oost: { ...east, replaces: "east" }, west } });

/** Stacks by the parts that they are called after, and what each of them says that it is. */
function stacks(named: Readonly<Record<string, string>>): Map<string, PartStack> {
  return new Map(Object.entries(named).map(([part, name]) => [part, partStackOf({}, part, name)]));
}
const standing = stacks({ trust: "trust", east: "east", west: "west" });

describe("partNames", () => {
  it("finds the stacks that are called as parts of the mesh, in whatever form their names are written", () => {
    const inCloud = (name: string): { name: string; url: string } => ({
      name,
      url: `https://app.pulumi.com/acme/isthmus/${name}`,
    });
    const listed = ["prod", "prod.trust", "prod.east", "prod.eu.east", "staging.east"].map(inCloud);
    for (const stack of ["prod", "acme/prod", "acme/isthmus/prod"]) {
      assert.deepEqual(partNames(stack, listed), ["trust", "east"], stack);
    }
    assert.deepEqual(partNames("acme/isthmus/prod.eu", listed), ["east"]);
    assert.deepEqual(partNames("others/isthmus/prod", listed), []);
    assert.deepEqual(partNames("organization/isthmus/prod", [{ name: "prod.west" }]), ["west"]);
  });
});

describe("a part's stack that is called otherwise", () => {
  it("is taken over by the cluster under its new name, and then nothing is to go", () => {
    const over = takenOver(renamed, standing);
    assert.deepEqual([...over], [["oost", "east"]]);
    assert.deepEqual(removedParts(renamed, underNewNames(standing, over)), []);
    assert.equal(underNewNames(standing, over).get("oost")?.at, "east");
  });

  it("is taken over also beside an empty one of the new name, as a preview makes it", () => {
    const empty = new Map(standing).set("oost", { ...partStackOf({}, "oost"), holds: "nothing" });
    assert.deepEqual([...takenOver(renamed, empty)], [["oost", "east"]]);
  });

  it("is taken back when the renaming was begun and is no longer wanted", () => {
    const begun = stacks({ trust: "trust", oost: "east", west: "west" });
    const over = takenOver(plan, begun);
    assert.deepEqual([...over], [["east", "oost"]]);
    assert.deepEqual(removedParts(plan, underNewNames(begun, over)), []);
    // And goes on where it is wanted still.
    assert.deepEqual([...takenOver(renamed, begun)], []);
    assert.deepEqual(removedParts(renamed, begun), []);
  });

  it("is not taken over where the new name has a stack that stands", () => {
    const both = stacks({ trust: "trust", east: "east", oost: "oost", west: "west" });
    assert.deepEqual([...takenOver(renamed, both)], []);
    assert.deepEqual(removedParts(renamed, both), ["east"]);
  });
});

describe("a part that is to go", () => {
  const server = "https://oost.example.org:6443";
  const kubeconfig = JSON.stringify({
    "current-context": "oost",
    contexts: [{ name: "oost", context: { cluster: "c" } }],
    clusters: [{ name: "c", cluster: { server } }],
  });
  const state = {
    resources: [
      {
        urn: "urn:pulumi:prod.oost::isthmus::pulumi:providers:kubernetes::oost",
        type: "pulumi:providers:kubernetes",
        inputs: { kubeconfig: asSecret(kubeconfig) },
      },
      {
        urn: "urn:pulumi:prod.oost::isthmus::kubernetes:core/v1:Namespace::mesh-oost-system-namespace",
        type: "kubernetes:core/v1:Namespace",
        inputs: { metadata: { annotations: { "isthmus.dev/cluster": "east" } } },
      },
    ],
  };
  const marks = marksOf("oost", { outputs: { clusters: { oost: { uid: "1-2-3" } } } }, state);

  it("is in the cluster of another one by any sign of it", () => {
    assert.deepEqual(marks, { uid: "1-2-3", server, names: ["east"] });
    const found = (name: string, planned: object): string | undefined => sameCluster(marks, new Map([[name, planned]]));
    assert.equal(found("north", { uid: "1-2-3", server: "https://other.example.org" }), "north");
    assert.equal(found("north", { server: `${server}/` }), "north");
    assert.equal(found("east", { server: "https://other.example.org" }), "east");
    assert.equal(found("north", { uid: "4-5-6", server: "https://other.example.org" }), undefined);
    assert.equal(sameCluster({}, new Map([["north", {}]])), undefined);
  });

  it("is refused in words that name the way on", () => {
    assert.match(notAgreed({ part: "oost", stack: "prod.oost" }).fix, /--yes.*removals: "agreed".*replaces: oost/);
    assert.match(
      stillReached(plan, { part: "oost", stack: "prod.oost" }, "east").fix,
      /`replaces: oost` at isthmus:mesh/,
    );
  });
});
