import assert from "node:assert/strict";
import { allPairs, killApiServer, kubectl, leftIn, readBy, WrittenStack } from "./lab-stack";
import { describeInTurn } from "./turns";

const stack = new WrittenStack("test-changes");

const east = { network: "east", access: { context: "lab-east" } };
const west = { network: "west", access: { context: "lab-west" } };
const edge = { network: "west", controlPlane: "west", access: { context: "lab-edge" } };

async function labelsOf(cluster: string, namespace: string): Promise<Record<string, string>> {
  const found = JSON.parse(await kubectl(cluster, "get", "namespace", namespace, "-o", "json")) as {
    readonly metadata: { readonly labels: Record<string, string> };
  };
  return found.metadata.labels;
}

/** One mesh, changed by its file alone; each step starts where the last one ended. */
describeInTurn("changes", "changes of a mesh on the lab", function () {
  this.timeout(10 * 60_000);

  before(async () => {
    stack.write({ clusters: { east, west, edge } });
    await stack.labUp();
    stack.write({ clusters: { east, west } });
    await stack.up();
  });

  after(async () => {
    await stack.destroy();
    stack.remove();
  });

  it("joins a remote cluster, and namespaces: makes those that are missing, adopts those that are there", async () => {
    await kubectl("edge", "create", "namespace", "shop");
    stack.write({ clusters: { east, west, edge }, namespaces: { shop: {} } });
    await stack.up();
    await stack.settled();
    assert.deepEqual(await stack.verified(), allPairs(["east", "edge", "west"]));
    assert.deepEqual(await readBy("east"), ["edge", "west"]);
    assert.deepEqual(await readBy("west"), ["east", "edge"]);
    const made = await labelsOf("east", "shop");
    assert.equal(made["istio-injection"], "enabled");
    assert.equal(made["app.kubernetes.io/managed-by"], "isthmus");
    const adopted = await labelsOf("edge", "shop");
    assert.equal(adopted["istio-injection"], "enabled");
    assert.equal(adopted["app.kubernetes.io/managed-by"], undefined, "it stays somebody else's");
  });

  it("makes a primary on a network of its own of the remote cluster, in place", async () => {
    const primary = { ...edge, network: "edge", controlPlane: "edge" };
    stack.write({ clusters: { east, west, edge: primary }, namespaces: { shop: {} } });
    const { changes, outputs } = await stack.up();
    assert.equal(changes["replace"], undefined);
    assert.equal(outputs.clusters["edge"]?.model, "multi-primary-multi-network");
    await stack.settled();
    assert.deepEqual(await stack.verified(), allPairs(["east", "edge", "west"]));
    assert.deepEqual(await readBy("edge"), ["east", "west"]);
  });

  it("refuses another name for a cluster of the mesh, and other ids, until the configuration confirms them", async () => {
    const branch = { ...edge, controlPlane: "west" };
    stack.write({ id: "mesh2", clusters: { east, west, branch }, namespaces: { shop: {} } });
    const refused = await stack.tryUp();
    assert.equal(refused.code, 2, refused.stderr);
    assert.match(refused.stderr, /isthmus:mesh\.id: /);
    assert.match(refused.stderr, /isthmus:mesh\.clusters\.branch.*replaces/);
    assert.deepEqual(await readBy("east"), ["edge", "west"], "nothing was changed");

    stack.write({ clusters: { east, west, branch: { ...branch, replaces: "edge" } }, namespaces: { shop: {} } });
    const { changes } = await stack.up();
    assert.equal(changes["replace"], undefined, "renamed in place");
    await stack.settled();
    assert.deepEqual(await stack.verified(), allPairs(["branch", "east", "west"]));
    assert.deepEqual(await readBy("east"), ["branch", "west"]);
  });

  it("removes a cluster, and its traces in the others; its namespaces stay", async () => {
    stack.write({ clusters: { east, west }, namespaces: { shop: {} } });
    const { outputs } = await stack.up();
    assert.deepEqual(Object.keys(outputs.clusters), ["east", "west"]);
    await stack.settled();
    assert.deepEqual(await readBy("east"), ["west"]);
    assert.deepEqual(await leftIn("edge"), []);
    assert.equal((await labelsOf("edge", "shop"))["kubernetes.io/metadata.name"], "shop");
  });

  it("lets a cluster that is down hold up no other, and heals it when it is back", async () => {
    await killApiServer("west");
    const podLabels = { values: { istiod: { podLabels: { changed: "yes" } } } };
    const joining = { network: "edge", access: { context: "lab-edge" } };
    stack.write({ clusters: { east, west: { ...west, ...podLabels }, edge: joining } });
    const failed = await stack.tryUp();
    assert.equal(failed.code, 1, failed.stderr);
    assert.match(failed.stderr, /clusters\.west\.access\.context: .*The cluster stays as it is/);
    assert.deepEqual(await readBy("east"), ["edge", "west"], "the others are joined");

    const skipped = { ...west, ...podLabels, ifUnreachable: "skip" as const };
    stack.write({ clusters: { east, west: skipped, edge: joining } });
    await stack.up();

    await stack.labUp();
    await stack.up();
    await stack.settled();
    assert.deepEqual(await stack.verifiedAfterOutage(), allPairs(["east", "edge", "west"]));
    const labels = await kubectl(
      "west",
      "-n",
      "istio-system",
      "get",
      "pods",
      "-l",
      "app=istiod,changed=yes",
      "-o",
      "name",
    );
    assert.match(labels, /pod\/istiod-/, "what was changed meanwhile is there");
  });
});
