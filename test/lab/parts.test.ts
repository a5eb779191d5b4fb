import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import type { MeshConfig } from "../../topology";
import { isthmus, repository } from "../support/isthmus";
import { describeInTurn } from "./turns";
import { allPairs, killApiServer, kubectl, leftIn, WrittenStack } from "./lab-stack";

const clusters = ["east", "west"] as const;

/** What `isthmus up -o json` says of the stacks of a mesh's parts. */
interface PartsDocument {
  readonly parts: readonly { readonly part: string; readonly outcome: string }[];
}

/** Kinds of what a mesh is made of, in `istio-system` and in no namespace. */
const kinds = {
  namespaced:
    "deployments,services,secrets,configmaps,serviceaccounts,roles,rolebindings,gateways.networking.istio.io,peerauthentications.security.istio.io",
  others: "clusterroles,clusterrolebindings,mutatingwebhookconfigurations,validatingwebhookconfigurations",
};

interface KubernetesObject {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly data?: Readonly<Record<string, unknown>>;
}

/** Properties in which the same mesh differs each time that it is made. */
const own = new Set([
  "uid",
  "resourceVersion",
  "creationTimestamp",
  "generation",
  "managedFields",
  "status",
  "caBundle",
]);
const allocated = new Set(["clusterIP", "clusterIPs", "nodePort", "healthCheckNodePort", "resourceVersion"]);

/** The objects of a mesh in a cluster, by kind and name, with what the same mesh has in common with itself. */
async function objectsIn(cluster: string): Promise<Map<string, unknown>> {
  const found = await Promise.all([
    kubectl(cluster, "-n", "istio-system", "get", kinds.namespaced, "-o", "json"),
    kubectl(cluster, "get", kinds.others, "-o", "json"),
  ]);
  const objects = found.flatMap((text) => (JSON.parse(text) as { items: KubernetesObject[] }).items);
  return new Map(objects.filter(isOfMesh).map((object) => [`${object.kind} ${object.metadata.name}`, common(object)]));
}

function isOfMesh({ kind, metadata }: KubernetesObject): boolean {
  return kind.startsWith("Cluster") || kind.includes("Webhook") ? metadata.name.includes("istio") : true;
}

function common(object: KubernetesObject): unknown {
  // Keys and tokens are new each time, and so is Helm's record of a release.
  if (object.kind !== "Secret") return without(object);
  return without({ ...object, data: Object.keys(object.data ?? {}).sort() });
}

function without(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(without);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !own.has(key) && !allocated.has(key) && !isClock(key))
      .map(([key, inner]) => [key, key === "data" && isRoots(inner) ? Object.keys(inner).sort() : without(inner)]),
  );
}

/** Who leads, and since when; when Helm was there; which account a token is for. */
function isClock(key: string): boolean {
  return [
    "control-plane.alpha.kubernetes.io/leader",
    "kubernetes.io/service-account.uid",
    "modifiedAt",
    "createdAt",
  ].includes(key);
}

/** A ConfigMap with root certificates. */
function isRoots(data: unknown): data is object {
  return (
    typeof data === "object" && data !== null && Object.values(data).some((text) => String(text).includes("BEGIN"))
  );
}

async function uidsIn(cluster: string): Promise<string[]> {
  const text = await kubectl(cluster, "-n", "istio-system", "get", "deployments,services,secrets", "-o", "json");
  return (JSON.parse(text) as { items: KubernetesObject[] }).items
    .filter(({ metadata }) => !metadata.name.startsWith("sh.helm.release"))
    .map(({ kind, metadata }) => `${kind} ${metadata.name} ${metadata.uid}`)
    .sort();
}

describeInTurn("parts", "a mesh in a stack for each cluster, on the lab", function () {
  this.timeout(300_000);
  const stack = new WrittenStack("test-parts");
  const oneStack = new Map<string, Map<string, unknown>>();

  before(async () => {
    stack.write({});
    await stack.labUp();
  });
  after(() => {
    stack.remove();
  });

  async function outcomes(...args: string[]): Promise<Record<string, string>> {
    const run = await isthmus("up", "--yes", "--stack", stack.name, "-o", "json", ...args);
    assert.equal(run.code, 0, run.stderr);
    const { parts } = JSON.parse(run.stdout) as PartsDocument;
    return Object.fromEntries(parts.map(({ part, outcome }) => [part, outcome]));
  }

  it("is first made in one stack, to be compared with", async () => {
    await stack.up();
    for (const cluster of clusters) oneStack.set(cluster, await objectsIn(cluster));
    assert.ok((oneStack.get("east")?.size ?? 0) > 30);
  });

  it("is not made a second time beside a mesh in one stack", async () => {
    stack.write({ stacks: "per-cluster" });
    const run = await isthmus("up", "--yes", "--stack", stack.name, "-o", "json");
    assert.equal(run.code, 2);
    assert.match(run.stdout, /isthmus state move --stack test-parts/);
    stack.write({});
    await stack.destroy();
  });

  it("is made from nothing, the same objects as in one stack, and its calls are answered", async () => {
    stack.write({ stacks: "per-cluster" });
    assert.deepEqual(await outcomes(), { trust: "updated", east: "updated", west: "updated" });
    for (const cluster of clusters) assert.deepEqual(await objectsIn(cluster), oneStack.get(cluster), cluster);
    await stack.settled();
    assert.deepEqual(await stack.verified(), allPairs(clusters));
  });

  it("leaves the others alone when one cluster changes", async () => {
    const access = (name: string): MeshConfig["clusters"][string] => ({
      network: name,
      access: { context: `lab-${name}` },
    });
    const values = { istiod: { podLabels: { changed: "yes" } } };
    stack.write({ stacks: "per-cluster", clusters: { east: access("east"), west: { ...access("west"), values } } });
    assert.deepEqual(await outcomes(), { trust: "updated", east: "unchanged", west: "updated" });
  });

  it("does the rest when one cluster's API server is down, says which, and goes on when it is back", async () => {
    await killApiServer("west");
    const run = await isthmus("up", "--yes", "--stack", stack.name, "--all", "-o", "json");
    assert.equal(run.code, 1, run.stdout);
    const { error } = JSON.parse(run.stdout) as { error: { message: string } };
    assert.match(error.message, /test-parts\.west/);
    assert.doesNotMatch(error.message, /test-parts\.east/);
    await stack.labUp();
    assert.deepEqual(await outcomes(), { trust: "updated", east: "unchanged", west: "unchanged" });
    assert.deepEqual(await outcomes("--all"), { trust: "updated", east: "updated", west: "updated" });
  });

  it("moves into one stack and back without a touch of the clusters", async () => {
    const before = await Promise.all(clusters.map(uidsIn));
    for (const stacks of ["one", "per-cluster"] as const) {
      stack.write({ stacks });
      const moved = await isthmus("state", "move", "--yes", "--stack", stack.name);
      assert.equal(moved.code, 0, moved.stderr);
      const preview = await isthmus("preview", "--stack", stack.name, "-o", "json");
      const { changes } = JSON.parse(preview.stdout) as { changes: Readonly<Record<string, number>> };
      // The change of the test before is no longer in the configuration.
      assert.deepEqual(Object.keys(changes).sort(), ["same", "update"], preview.stdout);
    }
    assert.deepEqual(await Promise.all(clusters.map(uidsIn)), before);
    assert.deepEqual(
      readdirSync(repository).filter((file) => /^Pulumi\.test-parts\..+\.yaml$/.test(file)),
      [],
      "no settings but the mesh's",
    );
  });

  it("is taken down without a trace", async () => {
    await stack.destroy();
    for (const cluster of clusters) assert.deepEqual(await leftIn(cluster), [], cluster);
  });
});
