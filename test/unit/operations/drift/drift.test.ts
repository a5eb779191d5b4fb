import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { compareMesh, findDrift, type DriftOptions } from "../../../../operations/drift";
import { limited } from "../../../../operations/limited";
import { KubernetesError } from "../../../../access";
import { FakeClient } from "../../../support/cluster-client";
import { planOf, twoPrimaries } from "../../../support/plans";
import { east, providerOf, remoteSecret, stateOfEast } from "./support";

const secret = "/api/v1/namespaces/istio-system/secrets/istio-remote-clusters";
const access = new Map(["east", "west"].map((name) => [name, { kubeconfig: name }]));

/** East as it was applied, but for a key of a Secret; west does not answer. */
function mesh(changes: Partial<DriftOptions> = {}): { readonly options: DriftOptions; readonly client: FakeClient } {
  const client = new FakeClient("east", { objects: east({ [secret]: { ...remoteSecret, data: {} } }) });
  const silent = new FakeClient("west");
  silent.get = (path) => Promise.reject(new KubernetesError("GET", path, undefined, "no answer"));
  const connectTo: DriftOptions["connectTo"] = ({ name }) => (name === "east" ? client : silent);
  const options = { stack: "dev", plan: planOf(twoPrimaries), states: [stateOfEast()], access, connectTo, ...changes };
  return { options, client };
}

describe("drift of a mesh", () => {
  it("is told cluster by cluster, and one that is silent holds up no other", async () => {
    const said: string[] = [];
    const report = await findDrift(mesh({ onProgress: (words) => said.push(words) }).options);
    assert.deepEqual(
      report.clusters.map(({ cluster, status }) => `${cluster} ${status}`),
      ["east drifted", "west unreachable"],
    );
    assert.deepEqual(report.summary, { drift: 1, warnings: 0, unreachable: 1 });
    assert.deepEqual(said.sort(), ["east: 4 objects, 1 differences", "west: cannot be asked"]);
  });

  it("counts a cluster that the stack has and the configuration does not", async () => {
    const resource = { type: "kubernetes:core/v1:Namespace", provider: providerOf("north"), inputs: remoteSecret };
    const { findings } = await findDrift(mesh({ states: [stateOfEast(), { resources: [resource] }] }).options);
    const about = findings.find(({ cluster }) => cluster === "north");
    assert.equal(about?.kind, "unreachable");
    assert.match(about.remedy, /isthmus up --stack dev/);
  });

  it("is put back where it was found, and only when that is asked for", async () => {
    const { client, options } = mesh();
    const { repair, report } = await compareMesh(options);
    assert.deepEqual(client.requests, []);
    assert.ok(!JSON.stringify(report).includes(remoteSecret.data.west));
    assert.deepEqual(await repair(), [{ cluster: "east", object: "Secret istio-system/istio-remote-clusters" }]);
    assert.deepEqual(client.requests, [
      { method: "patch", path: secret, operations: [{ op: "add", path: "/data/west", value: remoteSecret.data.west }] },
    ]);
  });

  it("is not looked for when it is called off", async () => {
    const stop = new AbortController();
    stop.abort(new Error("called off"));
    await assert.rejects(findDrift(mesh({ signal: stop.signal }).options), /called off/);
  });
});

describe("many things with a limit", () => {
  it("are done with so many at once, and come out in order", async () => {
    let running = 0;
    let most = 0;
    const results = await limited(2, [30, 10, 20, 0, 5], async (milliseconds) => {
      most = Math.max(most, ++running);
      await delay(milliseconds);
      running--;
      return milliseconds;
    });
    assert.deepEqual(results, [30, 10, 20, 0, 5]);
    assert.equal(most, 2);
  });

  it("fail as the first of them does", async () => {
    await assert.rejects(
      limited(2, [1, 2, 3], (one) => (one === 2 ? Promise.reject(new Error("two")) : Promise.resolve(one))),
      /two/,
    );
  });
});
