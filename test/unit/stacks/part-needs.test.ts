import assert from "node:assert/strict";
import { partDigest, parsePartOutputs, usesOf } from "../../../stacks";
import { missingNeeds, type OtherParts } from "../../../stacks/parts/other-parts";
import { version } from "../../../package.json";
import { planOf, primaryRemoteNetworks, twoPrimaries } from "../../support/plans";

/** What other parts say, by what each offers. */
function others(offers: Readonly<Record<string, Readonly<Record<string, string>>>>): OtherParts {
  return new Map(
    Object.entries(offers).map(([part, offered]) => [part, parsePartOutputs({ part: { offers: offered, uses: {} } })]),
  );
}

const trust = { root: "1", "intermediate.east": "2", "intermediate.west": "3" };

describe("missingNeeds", () => {
  const of = (
    has: OtherParts,
    lastUses: Readonly<Record<string, string>>,
    part = "east",
    config = twoPrimaries,
  ): string[] =>
    missingNeeds({ plan: planOf(config), stack: "prod", part, others: has, lastUses }).map(
      ({ path, expected, found }) => `${path}: ${expected}: ${found}`,
    );

  it("is nothing where all is there, or where what is not comes later", () => {
    assert.deepEqual(of(others({ trust, west: { reader: "4" } }), {}), []);
    assert.deepEqual(of(others({ trust }), {}), []);
  });

  it("is what a part cannot be begun without", () => {
    assert.deepEqual(of(others({ trust: { root: "1" } }), {}), [
      "stack prod.trust: its output for east: its intermediate CA: none yet",
    ]);
    assert.deepEqual(of(others({ trust }), {}, "edge", primaryRemoteNetworks as never), [
      "stack prod.west: its output for edge: the address of west's istiod: none yet",
    ]);
  });

  it("is what a part was made from and others have withdrawn: without it an update would take away what works", () => {
    assert.deepEqual(of(others({ trust }), { "west:reader": "4" }), [
      "stack prod.west: its output for east: the kubeconfig by which west is read: none any more",
    ]);
  });
});

describe("partDigest", () => {
  const source = { plan: planOf(twoPrimaries), part: "east", access: undefined, files: undefined, offers: new Map() };

  it("is another one by another version of this program, which may make other things of the same plan", () => {
    assert.equal(partDigest(source), partDigest(source, version));
    assert.notEqual(partDigest(source), partDigest(source, "0.0.1"));
  });

  it("is another one where what is taken of others, or the files, are", () => {
    const offers = new Map([["west", { reader: "4" }]]);
    assert.deepEqual(usesOf({ ...source, offers }), { "west:reader": "4" });
    const digests = [source, { ...source, offers }, { ...source, files: "5" }].map((one) => partDigest(one));
    assert.equal(new Set(digests).size, 3);
  });
});
