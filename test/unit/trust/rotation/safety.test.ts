import assert from "node:assert/strict";
import fc from "fast-check";
import {
  broken,
  unsafe,
  type Bundle,
  type Change,
  type ClusterStanding,
  type Configuration,
  type Issuer,
  type MeshStanding,
} from "../../../../trust/rotation";
import { below, crossed, settled, standingOn } from "./meshes";
import { reallyVerifies } from "./real";

const both = ["east", "west"];
const bundles = fc.constantFrom<Bundle>(["A"], ["A", "B"], ["B"]);
const issuersOf = (cluster: string) =>
  fc.constantFrom<Issuer>(below("A", cluster), below("B", cluster), crossed("B", "A", cluster));
const configurationOf = (cluster: string) => fc.record({ roots: bundles, issuer: issuersOf(cluster) });

const standings: fc.Arbitrary<MeshStanding> = fc.tuple(
  ...both.map((cluster): fc.Arbitrary<ClusterStanding> =>
    fc.record({
      cluster: fc.constant(cluster),
      controlPlane: fc.constant(cluster),
      configuration: configurationOf(cluster),
      bundles: fc.array(bundles, { maxLength: 2 }),
      leaves: fc.array(issuersOf(cluster), { maxLength: 2 }),
    }),
  ),
);

const changes: fc.Arbitrary<Change> = fc
  .tuple(...both.map((cluster) => fc.option(configurationOf(cluster), { nil: undefined })))
  .map(
    (made) =>
      new Map(
        both.flatMap((cluster, at): [string, Configuration][] => {
          const configuration = made[at];
          return configuration === undefined ? [] : [[cluster, configuration]];
        }),
      ),
  );

/** All that may be met once the change is made, by real handshakes. */
async function allReallyVerify(mesh: MeshStanding, change: Change): Promise<boolean> {
  for (const presenting of mesh) {
    const leaves = [presenting.configuration.issuer, ...presenting.leaves, ...to(change, presenting, "issuer")];
    for (const refusing of mesh) {
      const trusted = [refusing.configuration.roots, ...refusing.bundles, ...to(change, refusing, "roots")];
      for (const issuer of leaves)
        for (const bundle of trusted) if (!(await reallyVerifies(bundle, issuer))) return false;
    }
  }
  return true;
}

function to<Key extends keyof Configuration>(change: Change, { controlPlane }: ClusterStanding, key: Key) {
  const changed = change.get(controlPlane);
  return changed === undefined ? [] : [changed[key]];
}

describe("what a change of trust may break", () => {
  it("is what real handshakes say, for every lag that was seen and that may come", async () => {
    const property = fc.asyncProperty(standings, changes, async (mesh, change) => {
      assert.equal(broken(mesh) === undefined, await allReallyVerify(mesh, new Map()), "as it stands");
      if (broken(mesh) !== undefined) return;
      assert.equal(unsafe(mesh, change) === undefined, await allReallyVerify(mesh, change), "with the change");
    });
    await fc.assert(property, { numRuns: 500 });
  });

  it("is shown by a handshake that really fails", async () => {
    const property = fc.asyncProperty(standings, changes, async (mesh, change) => {
      for (const found of [broken(mesh), unsafe(mesh, change)])
        if (found !== undefined)
          assert.equal(await reallyVerifies(found.refuses.bundle, found.presents.issuer), false, found.words);
    });
    await fc.assert(property, { numRuns: 500 });
  });

  it("is nothing where nothing is changed, however broken the mesh is", () => {
    fc.assert(fc.property(standings, (mesh) => unsafe(mesh, new Map()) === undefined));
  });

  it("is said in words: whose workload, with which leaf, meets which bundle", () => {
    const change: Change = new Map([["west", { roots: ["A", "B"], issuer: below("B", "west") }]]);
    assert.equal(
      unsafe(standingOn("A", both), change, (keyId) => keyId)?.words,
      "a workload in west whose certificate would be signed by west below B, which leads to B, meets a proxy in east that trusts A",
    );
  });

  it("is what has shown itself rather than what may come", () => {
    const lagging = { ...settled("east", ["A", "B"], below("A", "east")), bundles: [["A", "B"], ["A"]] };
    const mesh = [lagging, settled("west", ["A", "B"], below("A", "west"))];
    const change: Change = new Map([["west", { roots: ["B"], issuer: below("B", "west") }]]);
    assert.match(unsafe(mesh, change, (keyId) => keyId)?.words ?? "", /is signed by .* would trust B$|that trusts A$/);
  });

  it("is nothing of what fails without the change as well: what mends a mesh is not refused", () => {
    const halves = [settled("east", ["A"], below("A", "east")), settled("west", ["B"], below("B", "west"))];
    assert.notEqual(broken(halves), undefined);
    assert.equal(unsafe(halves, new Map([["east", { roots: ["A", "B"], issuer: below("A", "east") }]])), undefined);
  });

  it("is the old root's loss, though laggards had lost it before", () => {
    const mesh = [
      { ...settled("east", ["A", "B"], below("B", "east")), leaves: [below("A", "east"), below("B", "east")] },
      { ...settled("west", ["B", "A"], below("B", "west")), bundles: [["B"], ["B", "A"]] },
    ];
    const change: Change = new Map([["west", { roots: ["B"], issuer: below("B", "west") }]]);
    assert.equal(unsafe(mesh, change)?.refuses.cluster, "west");
  });

  it("is a root that forbids so long a chain, though another that is trusted would not", () => {
    const issuer: Issuer = { keyId: "i", anchors: [{ root: "P", tooLong: true }, { root: "A" }] };
    const mesh = standingOn("A", ["east"]);
    assert.equal(unsafe(mesh, new Map([["east", { roots: ["A"], issuer }]])), undefined);
    assert.match(unsafe(mesh, new Map([["east", { roots: ["A", "P"], issuer }]]))?.words ?? "", /too long a chain/);
  });
});
