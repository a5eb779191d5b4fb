import assert from "node:assert/strict";
import { resolve } from "node:path";
import { joins } from "../../../bench/benchmarks/join";
import { mixedRunbook, multiPrimaryRunbook } from "../../../bench/runbook";
import { parseMesh } from "../../../topology";

const repository = resolve(__dirname, "../../..");
const access = { context: "lab" };

describe("the benchmarks of joining", () => {
  for (const { name, mesh } of joins) {
    it(`${name} joins a valid mesh`, () => {
      assert.doesNotThrow(() => parseMesh(mesh(repository)));
    });
  }

  it("tell the runbook all about the clusters", () => {
    const runbooks = Object.fromEntries(
      joins.map(({ name, mesh, runbook }) => [name, runbook(mesh(repository)).arguments.join(" ")]),
    );
    assert.deepEqual(runbooks, {
      "join-2": "east west",
      "join-4": "east north south west",
      "join-mixed-5": "east:network1 north:network1 west:network2 branch:network1:east edge:network2:west",
    });
  });

  it("have no multi-primary runbook for clusters that share a network or a control plane", () => {
    const shared = { east: { network: "one", access }, west: { network: "one", access } };
    assert.throws(() => multiPrimaryRunbook({ clusters: shared }), RangeError);
    const remote = { east: { network: "east", access }, west: { network: "west", controlPlane: "east", access } };
    assert.throws(() => multiPrimaryRunbook({ clusters: remote }), RangeError);
    assert.deepEqual(mixedRunbook({ clusters: remote }).arguments, ["east:east", "west:west:east"]);
  });
});
