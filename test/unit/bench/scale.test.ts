import assert from "node:assert/strict";
import { kubeconfigFor } from "../../../bench/istiod";
import { startPaperApiServers, type PaperApiServers } from "../../../bench/paper-api-servers";
import { clusterNames, istioObjectsOf, objectsOfMany, planOfMany } from "../../../bench/scale-mesh";

const clusters = clusterNames(3);

describe("the benchmark of many global services", () => {
  it("gives istiod what an update makes: three objects a service, and the scope of a namespace", () => {
    const kinds = istioObjectsOf(planOfMany(clusters, 20), "cluster-02").map(
      (object) => (object as { kind: string }).kind,
    );
    const count = (kind: string): number => kinds.filter((one) => one === kind).length;
    assert.deepEqual(["ServiceEntry", "DestinationRule", "VirtualService", "Sidecar"].map(count), [20, 20, 20, 1]);
    assert.equal(kinds.length, 61);
  });

  it("has two pods of each service in every cluster, no address twice", () => {
    const objects = objectsOfMany(clusters, 1000, (cluster) => cluster);
    const pods = clusters.flatMap((cluster) => objects(cluster, "pods"));
    assert.equal(pods.length, 6000);
    assert.equal(new Set(pods.map(({ status }) => (status as { podIP: string }).podIP)).size, 6000);
  });

  it("lets the first cluster's istiod read the others", () => {
    const objects = objectsOfMany(clusters, 1, (cluster) => `http://${cluster}`);
    const [secret, ...more] = objects("cluster-01", "secrets");
    assert.equal(more.length, 1);
    const { "cluster-02": kubeconfig = "" } = secret?.["data"] as Record<string, string>;
    assert.deepEqual(
      JSON.parse(Buffer.from(kubeconfig, "base64").toString()),
      kubeconfigFor("cluster-02", "http://cluster-02"),
    );
    assert.deepEqual(objects("cluster-02", "secrets"), []);
  });
});

describe("API servers that are lists of objects", () => {
  let servers: PaperApiServers;
  before(async () => {
    servers = await startPaperApiServers((cluster, plural) =>
      plural === "pods"
        ? ["shop", "web"].map((namespace) => ({ metadata: { name: `${cluster}-pod`, namespace } }))
        : [],
    );
  });
  after(() => servers.close());

  const names = async (path: string): Promise<readonly string[]> => {
    const { items } = (await (await fetch(servers.urlOf("east") + path)).json()) as {
      items: { metadata: { name: string; namespace: string } }[];
    };
    return items.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
  };

  it("list what a cluster has, all of it or that of a namespace", async () => {
    assert.deepEqual(await names("/api/v1/pods?limit=500"), ["shop/east-pod", "web/east-pod"]);
    assert.deepEqual(await names("/api/v1/namespaces/web/pods"), ["web/east-pod"]);
    assert.deepEqual(await names("/apis/discovery.k8s.io/v1/endpointslices"), []);
  });

  it("give one object, and say what is not there, and that nothing is kept", async () => {
    const status = async (path: string, method = "GET"): Promise<number> =>
      (await fetch(servers.urlOf("east") + path, { method })).status;
    assert.equal(await status("/api/v1/namespaces/web/pods/east-pod"), 200);
    assert.equal(await status("/api/v1/namespaces/web/pods/other"), 404);
    assert.equal(await status("/api/v1/namespaces/web/configmaps", "POST"), 404);
  });
});
