import assert from "node:assert/strict";
import { killTree } from "../../engine/process/process-tree";
import { startIsthmus } from "../support/isthmus";
import { allPairs, WrittenStack } from "./lab-stack";
import { describeInTurn } from "./turns";

const stack = new WrittenStack("test-interruption");

/** What is said when something has just been done; at each of them everything is killed once. */
const moments = [/east +system namespace {2}created/, /istio-base {2}created/, /istiod {2}created/];

/** Kills an update and all that it started, as a machine that loses its power would. */
async function upKilledAt(moment: RegExp): Promise<void> {
  const running = startIsthmus("up", "--yes", "--stack", stack.name);
  await running.said(moment);
  const { pid } = running.child;
  assert.ok(pid !== undefined);
  killTree(pid);
  assert.notEqual((await running.finished).code, 0);
}

describeInTurn("interruption", "an update that is killed", function () {
  this.timeout(10 * 60_000);

  before(async () => {
    stack.write({
      clusters: {
        east: { network: "east", access: { context: "lab-east" } },
        edge: { network: "edge", controlPlane: "east", access: { context: "lab-edge" } },
      },
    });
    await stack.labUp();
  });

  after(async () => {
    await stack.destroy();
    stack.remove();
  });

  it("is continued by the next one, wherever it was killed", async () => {
    for (const moment of moments) await upKilledAt(moment);
    await stack.up();
    await stack.settled();
    assert.deepEqual(await stack.verified(), allPairs(["east", "edge"]));
  });
});
