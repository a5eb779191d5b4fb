import {
  cutLink,
  deleteGatewayPods,
  deleteGatewayService,
  scaleBack,
  scaleToNone,
  tellServers,
} from "./failover-faults";
import { meshOf } from "./failover-service";
import { allBy, assertNoneFailed, backIn, FailoverTrial, onlyBy } from "./failover-trial";
import { killApiServer, WrittenStack } from "./lab-stack";
import { describeInTurn } from "./turns";

const cut = "the link to west cut";

const stack = new WrittenStack("test-failover-links");

describeInTurn("failover-links", "failover of a global service on the lab, as ways to another cluster go", function () {
  this.timeout(12 * 60_000);

  before(async () => {
    // Who calls from east goes through west's gateway, as long as west answers.
    stack.write(meshOf("west"));
    await stack.labUp();
    await stack.up();
  });

  after(async () => {
    await stack.destroy();
    stack.remove();
  });

  it("loses no request while a server that answers can be reached", async () => {
    const trial = await FailoverTrial.begin(backIn("west"));
    await trial.phase("all there", backIn("west"), () => undefined);
    await trial.phase("west scaled to 0", onlyBy("east"), () => scaleToNone("west"));
    await trial.phase("west scaled back to 2", backIn("west"), () => scaleBack("west"));
    await trial.phase("west's pods all unready", onlyBy("east"), () => tellServers("west", "unready"));
    await trial.phase("west's pods ready again", backIn("west"), () => tellServers("west", "right"));
    await trial.phase("the pod of west's gateway deleted", backIn("west"), () => deleteGatewayPods("west"));
    const putBack = await trial.phase("the Service of west's gateway deleted", onlyBy("east"), () =>
      deleteGatewayService("west"),
    );
    await trial.phase("the Service of west's gateway put back", backIn("west"), putBack);
    await trial.phase("west's API server stopped", allBy("west"), () => killApiServer("west"));
    await trial.phase("west's API server started", allBy("west"), () => stack.labUp());
    const mend = await trial.phase(cut, onlyBy("east"), () => cutLink("west", "east"));
    await trial.phase("the link to west mended", backIn("west"), mend);
    // Nobody answers on connections that are cut, until they have had their hundred requests.
    assertNoneFailed(await trial.end(), { defaults: [cut], "perTryTimeoutSeconds: 1": [] });
  });
});
