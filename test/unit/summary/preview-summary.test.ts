import assert from "node:assert/strict";
import { PulumiError } from "../../../operations/stack";
import { IncompletePreview, summarisePreview, type Listen } from "../../../operations/summary";
import { changeCalled, planAfter, recordedEvents } from "../../support/previews";

const mesh = { stack: "prod", plan: planAfter(changeCalled("network")) };

/** A preview that tells so many of the recorded events, and ends as it is told. */
function running(count: number, end: () => void = () => undefined): (listen: Listen) => Promise<void> {
  return (listen) => {
    for (const event of recordedEvents("network").slice(0, count)) listen("prod", event);
    return new Promise((fulfil) => {
      end();
      fulfil();
    });
  };
}

const failing = (error: Error) => (): never => {
  throw error;
};

describe("a preview that is summed up", () => {
  it("is what its events say", async () => {
    const { outcome, risks } = await summarisePreview(mesh, running(Infinity));
    assert.deepEqual([outcome, ...risks.map(({ id }) => id)], ["changes", "network-changes"]);
  });

  it("is one that failed when Pulumi was killed on the way", async () => {
    const killed = new PulumiError("preview", "", "", undefined, "SIGKILL");
    const { failures, outcome } = await summarisePreview(mesh, running(20, failing(killed)));
    assert.deepEqual([outcome, ...failures], ["failed", "pulumi preview failed: ended by SIGKILL"]);
  });

  it("is none when Pulumi did not begin, of which the error tells, nor when anything else went wrong", async () => {
    const locked = new PulumiError("preview", "", "no such backend", 255);
    await assert.rejects(summarisePreview(mesh, running(0, failing(locked))), locked);
    const ours = new TypeError("no such function");
    await assert.rejects(summarisePreview(mesh, running(20, failing(ours))), ours);
  });

  it("is none when its events broke off and Pulumi says that all is well", async () => {
    await assert.rejects(summarisePreview(mesh, running(20)), IncompletePreview);
    await assert.rejects(summarisePreview(mesh, running(0)), IncompletePreview);
  });
});
