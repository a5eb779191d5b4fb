import assert from "node:assert/strict";
import { CommandFailed, KubernetesError, type ClusterClient } from "../../../../access";
import { tagOf } from "../../../../operations/standing/istiods";
import { limitedClient } from "../../../../operations/status/limited-client";
import { readMeshStatus, seenIn } from "../../../../operations/status/read";
import { ConfigurationError } from "../../../../topology";
import { makeCa } from "../../../support/authorities";
import { FakeClient, type FakeCluster } from "../../../support/cluster-client";
import { planOf, twoPrimaries } from "../../../support/plans";
import { cacerts } from "../../preflight/trust/showing";

const plan = planOf(twoPrimaries);
const system = "/api/v1/namespaces/istio-system";

const objects = {
  "/version": { gitVersion: "v1.34.2" },
  "/api/v1/namespaces/kube-system": {},
  "/api/v1/namespaces/istio-system": { metadata: { annotations: { "isthmus.dev/mesh": "mesh1" } } },
  "/apis/apps/v1/namespaces/istio-system/deployments": [
    {
      metadata: { name: "istiod" },
      spec: {
        replicas: 2,
        template: { spec: { containers: [{ name: "discovery", image: "registry:5000/istio/pilot:1.31.1" }] } },
      },
      status: { availableReplicas: 1 },
    },
  ],
  [`${system}/pods`]: [{ metadata: { name: "istiod-1" }, status: { conditions: [{ type: "Ready", status: "True" }] } }],
  [`${system}/services`]: [
    {
      metadata: { name: "istio-eastwestgateway" },
      spec: { selector: { istio: "eastwestgateway" } },
      status: { loadBalancer: { ingress: [{ ip: "172.18.11.0" }] } },
    },
  ],
  [`${system}/secrets`]: [],
};
const synced = JSON.stringify([{ id: "west", secretName: "s", syncStatus: "synced" }]);
const standing: FakeCluster = { objects, exec: () => synced };

/** A client that answers as another, but for what it refuses or never answers. */
function clientThat(
  does: { readonly refuses?: RegExp; readonly hangs?: RegExp },
  cluster: FakeCluster = standing,
): ClusterClient {
  const client = new FakeClient("east", cluster);
  const asked = <T>(path: string, answer: Promise<T>): Promise<T> => {
    answer.catch(() => undefined);
    if (does.hangs?.test(path) === true) return new Promise(() => undefined);
    if (does.refuses?.test(path) === true) return Promise.reject(new KubernetesError("GET", path, 403, "forbidden"));
    return answer;
  };
  return {
    name: "east",
    get: (path) => asked(path, client.get(path)),
    text: (path) => asked(path, client.text(path)),
    list: (path) => asked(path, client.list(path)),
    exec: (target, command) => asked(command.join(" "), client.exec(target, command)),
    create: client.create.bind(client),
    ask: client.ask.bind(client),
    patch: client.patch.bind(client),
    remove: client.remove.bind(client),
    logs: client.logs.bind(client),
    clockAheadMs: client.clockAheadMs.bind(client),
    close: client.close.bind(client),
  };
}

describe("what isthmus status asks of a cluster", () => {
  it("is what the plan has of it", async () => {
    const root = await makeCa({ subject: "CN=Root" });
    const signing = await makeCa({ subject: "CN=East", issuer: root });
    const data = Object.fromEntries(
      Object.entries(cacerts(signing, root)).map(([name, text]) => [name, Buffer.from(text).toString("base64")]),
    );
    const seen = await seenIn(
      plan,
      clientThat({}, { ...standing, objects: { ...objects, [`${system}/secrets/cacerts`]: { data } } }),
    );
    const { root: rootSeen, intermediate, ...others } = seen;
    assert.deepEqual(others, {
      kubernetes: { found: "v1.34.2" },
      systemNamespace: { found: { isThere: true, mesh: "mesh1" } },
      istiods: { found: [{ name: "istiod", version: "1.31.1", replicas: 2, available: 1 }] },
      reading: { found: [{ pod: "istiod-1", remotes: [{ id: "west", secretName: "s", syncStatus: "synced" }] }] },
      gateway: { found: { services: ["istio-eastwestgateway"], addresses: ["172.18.11.0"], isReady: true } },
      tokens: { found: [] },
    });
    const names = [rootSeen, intermediate].map((one) => one && "found" in one && one.found.map(({ name }) => name));
    assert.deepEqual(names, [['"CN=Root"'], ['"CN=East"']]);
  });

  it("tells what our user may not read from what fails, and goes on", async () => {
    const { kubernetes, reading, tokens } = await seenIn(plan, clientThat({ refuses: /secrets$/ }));
    assert.deepEqual(kubernetes, { found: "v1.34.2" });
    assert.deepEqual(tokens, { reason: `GET ${system}/secrets: forbidden`, isByRights: true });
    assert.ok(reading && "found" in reading);
    const mute = await seenIn(
      plan,
      clientThat({}, { objects, exec: () => Promise.reject(new CommandFailed("pilot-discovery", "killed")) }),
    );
    assert.deepEqual(mute.reading, { reason: "pilot-discovery: killed", isByRights: false });
    const forbidden = new CommandFailed("pilot-discovery", "the API server answers 403", 403);
    const kept = await seenIn(plan, clientThat({}, { objects, exec: () => Promise.reject(forbidden) }));
    assert.deepEqual(kept.reading, {
      reason: "pilot-discovery: the API server answers 403",
      isByRights: true,
    });
  });

  it("has so long in all, and what is not answered by then holds up nothing", async () => {
    const seen = await seenIn(plan, limitedClient(clientThat({ hangs: /services|clusterz/ }), 20));
    const reason =
      "expected an answer, found none within 0.02 s. Check the network; for a slow one set ISTHMUS_REQUEST_TIMEOUT to more seconds.";
    assert.deepEqual(seen.gateway, { reason, isByRights: false });
    assert.deepEqual(seen.reading, { reason, isByRights: false });
    assert.deepEqual(seen.kubernetes, { found: "v1.34.2" });
    assert.ok(seen.istiods && "found" in seen.istiods);
  });

  it("gives a command in a pod no longer than is left", async () => {
    const given: number[] = [];
    const client = clientThat({});
    const limited = limitedClient(
      {
        ...client,
        exec: (_target, _command, timeoutMs) => {
          given.push(timeoutMs);
          return Promise.resolve("");
        },
      },
      1_000,
    );
    const target = { namespace: "istio-system", pod: "istiod-1", container: "discovery" };
    await limited.exec(target, ["x"], 10_000);
    await limited.exec(target, ["x"], 10);
    assert.ok((given[0] ?? 0) > 10 && (given[0] ?? 0) <= 1_000, String(given[0]));
    assert.equal(given[1], 10);
  });

  it("is nothing where the variable says no time", async () => {
    const environment = { ISTHMUS_REQUEST_TIMEOUT: "soon" };
    await assert.rejects(readMeshStatus({ plan, access: new Map(), environment }), ConfigurationError);
  });

  it("is nothing of a cluster whose kubeconfig cannot be had, which says why", async () => {
    const problem = { path: "isthmus:mesh.clusters.east.access", expected: "a context", found: "none", fix: "Add it." };
    const report = await readMeshStatus({ plan, access: new Map(), unresolved: new Map([["east", problem]]) });
    assert.deepEqual(
      report.clusters.map(({ cluster, status, troubles }) => [cluster, status, troubles]),
      [
        ["east", "silent", ["isthmus:mesh.clusters.east.access: expected a context, found none. Add it."]],
        ["west", "silent", ["nobody says how it is reached"]],
      ],
    );
  });
});

describe("the tag of an image", () => {
  it("is what stands after its name, and not its registry's port or its digest", () => {
    for (const [image, tag] of [
      ["docker.io/istio/pilot:1.31.1", "1.31.1"],
      ["registry:5000/pilot", undefined],
      ["registry:5000/pilot:1.31.1-distroless@sha256:0123", "1.31.1-distroless"],
      ["pilot@sha256:0123", undefined],
    ] as const) {
      assert.equal(tagOf(image), tag);
    }
  });
});
