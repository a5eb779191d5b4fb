import assert from "node:assert/strict";
import { goalOf, type Destination } from "../../../../operations/trust/rotation";
import { parseMesh, planMesh, type MeshConfig, type MeshPlan } from "../../../../topology";
import { twoPrimaries } from "../../../support/plans";

type Trust = NonNullable<MeshConfig["trust"]>;

const planWith = (trust: Trust): MeshPlan => planMesh(parseMesh({ ...twoPrimaries, trust }));
const one = planWith({});
const underWay = planWith({ generated: { roots: ["first", "2031"] } });
const to = (root: string): Destination => ({ way: "named", root });

describe("the goal of a rotation of generated roots", () => {
  it("is the root that is named, or else the last of those that the file names", () => {
    assert.equal(goalOf(one, to("2031")), "2031");
    assert.equal(goalOf(one, { way: "onward" }), undefined, "nothing is under way");
    assert.equal(goalOf(underWay, { way: "onward" }), "2031");
    assert.equal(goalOf(underWay, to("2031")), "2031");
  });

  it("is the first of them to go back", () => {
    assert.equal(goalOf(underWay, { way: "back" }), "first");
    assert.throws(
      () => goalOf(one, { way: "back" }),
      /trust\.generated\.roots: .*under way, found one root: first\. There is nothing to roll back/,
    );
  });

  it("is no other one while a change is under way", () => {
    assert.throws(
      () => goalOf(underWay, to("2036")),
      /one change of roots at a time, to first, 2031, found one to 2036.*--to 2031.*--roll-back/,
    );
  });

  it("is not said where the stack makes no roots, and cannot be asked for there", () => {
    const given = planWith({ root: "given", intermediates: { east: { directory: "e" }, west: { directory: "w" } } });
    assert.equal(goalOf(given, { way: "onward" }), undefined);
    for (const destination of [to("2031"), { way: "back" } as const])
      assert.throws(() => goalOf(given, destination), /isthmus:mesh\.trust\.root: expected generated.*found given/);
  });
});
