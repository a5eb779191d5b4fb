import assert from "node:assert/strict";
import type { MeshSnapshot } from "../../../diagnosis";
import type { Finding } from "../../../operations/verify/check";
import { noKnownFault } from "../../../operations/verify/known-faults";
import { twoPrimaries } from "../../support/plans";
import { verifyContext } from "../../support/verify-context";
import { changed, healthy } from "../diagnosis/mesh/healthy";

const well = healthy(twoPrimaries);

function look(snapshot: MeshSnapshot, without: readonly string[] = []): Promise<Finding> {
  const context = verifyContext({ snapshot: () => Promise.resolve(snapshot) });
  return noKnownFault(context, ["east", "west"], new Set(without));
}

describe("known-faults", () => {
  it("holds where nothing is found, and says how much it looked for", async () => {
    const { message, ok } = await look(well);
    assert.equal(ok, true, message);
    assert.match(message, /^none of \d\d faults$/);
    assert.match((await look(well, ["west"])).message, /; not looked at: west$/);
  });

  it("does not hold where something is, and says the first cause and what mends it", async () => {
    const { hint, message, ok } = await look(changed(well, "west", () => ({ webhooks: [] })));
    assert.equal(ok, false);
    assert.match(message, /^west: no sidecar injector is configured: /);
    assert.match(hint ?? "", /`isthmus doctor` has what shows it\.$/);
  });

  it("leaves to their own checks that a cluster does not answer, and to the mesh's file what it accepts", async () => {
    const unreached = changed(well, "west", () => ({
      trouble: { expected: "an answer", found: "no route to host", fix: "Start it." },
    }));
    assert.equal((await look(unreached, ["west"])).ok, true);
    const accepted = [{ finding: "webhook-missing", reason: "a mesh without injection" }];
    const broken = changed({ ...well, mesh: { ...well.mesh, accepted } }, "west", () => ({ webhooks: [] }));
    assert.equal((await look(broken)).ok, true);
  });

  it("warns of what may not be read, and is void where nothing can be", async () => {
    const unread = [{ what: "webhooks", reason: "forbidden" }];
    const { isWarning, message } = await look(changed(well, "west", () => ({ unread })));
    assert.equal(isWarning, true);
    assert.match(message, /not looked at: west: webhooks: forbidden$/);
    assert.equal((await look(well, ["east", "west"])).isVoid, true);
  });
});
