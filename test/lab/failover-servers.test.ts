import { setTimeout as delay } from "node:timers/promises";
import {
  drainSidecars,
  killServers,
  restart,
  scaleBack,
  scaleToNone,
  startIstiod,
  stopIstiod,
  tellServers,
} from "./failover-faults";
import { meshOf } from "./failover-service";
import { assertNoneFailed, backIn, FailoverTrial, onlyBy } from "./failover-trial";
import { WrittenStack } from "./lab-stack";
import { describeInTurn } from "./turns";

const stack = new WrittenStack("test-failover-servers");

/** So long servers hang: twice as long as callers wait. */
const hangingForMs = 10_000;

const hanging = "hanging, unseen by their probe";
const untold = "istiod stopped, then scaled to 0";

describeInTurn("failover-servers", "failover of a global service on the lab, as its servers go", function () {
  this.timeout(12 * 60_000);

  before(async () => {
    stack.write(meshOf());
    await stack.labUp();
    await stack.up();
  });

  after(async () => {
    await stack.destroy();
    stack.remove();
  });

  it("loses no request while a server that answers can be reached", async () => {
    const trial = await FailoverTrial.begin(backIn("east"));
    await trial.phase("all there", backIn("east"), () => undefined);
    await trial.phase("scaled to 0", onlyBy("west"), () => scaleToNone("east"));
    await trial.phase("scaled back to 2", backIn("east"), () => scaleBack("east"));
    await trial.phase("restarted", backIn("east"), () => restart("east"));
    await trial.phase("killed, all at once", backIn("east"), () => killServers("east"));
    await trial.phase("all unready", onlyBy("west"), () => tellServers("east", "unready"));
    await trial.phase("ready again", backIn("east"), () => tellServers("east", "right"));
    await trial.phase(hanging, { "perTryTimeoutSeconds: 1": { kind: "all", by: "west" } }, async () => {
      tellServers("east", "hanging");
      await delay(hangingForMs);
    });
    await trial.phase("answering again", backIn("east"), () => tellServers("east", "right"));
    await trial.phase("sidecars drained", onlyBy("west"), () => drainSidecars("east"));
    await trial.phase("their pods replaced", backIn("east"), () => restart("east"));
    await trial.phase(untold, onlyBy("west"), async () => {
      await stopIstiod("east");
      await scaleToNone("east");
    });
    await trial.phase("istiod started, scaled back to 2", backIn("east"), async () => {
      await startIstiod("east");
      await scaleBack("east");
    });
    // By the defaults a server that hangs is not told from one that works, and callers whom nobody told call a sidecar that
    // outlives its server for some seconds and answers 503 for it.
    assertNoneFailed(await trial.end(), { defaults: [hanging, untold], "perTryTimeoutSeconds: 1": [] });
  });
});
