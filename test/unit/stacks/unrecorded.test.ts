import assert from "node:assert/strict";
import type { ExportedState, StateResource } from "../../../engine/state";
import { lastFailureSinceMs, parseUpdateHistory } from "../../../engine/state";
import { unrecordedIn, type Pending } from "../../../stacks/recovery";
import { MemoryServer } from "./memory-server";

const provider = "urn:pulumi:dev::isthmus::pulumi:providers:kubernetes::east::1";
const system = "/api/v1/namespaces/istio-system";
const ours = "?labelSelector=app.kubernetes.io%2Fmanaged-by%3Disthmus";
const byHelm = "?labelSelector=owner%3Dhelm";

/** The update that failed began then; the cluster's clock is this machine's. */
const sinceMs = Date.parse("2026-11-28T10:00:00Z");
const before = "2026-11-28T09:59:00Z";
const during = "2026-11-28T10:00:07Z";

const namespace: StateResource = {
  urn: "n",
  type: "kubernetes:core/v1:Namespace",
  provider,
  inputs: { apiVersion: "v1", kind: "Namespace", metadata: { name: "istio-system" } },
};

const cacerts: StateResource = {
  urn: "s",
  type: "kubernetes:core/v1:Secret",
  provider,
  inputs: { apiVersion: "v1", kind: "Secret", metadata: { name: "cacerts", namespace: "istio-system" } },
};

const istiod: StateResource = {
  urn: "r",
  type: "kubernetes:helm.sh/v3:Release",
  provider,
  inputs: { name: "istiod", namespace: "istio-system" },
};

function made(name: string, creationTimestamp: string, labels: object = { "app.kubernetes.io/managed-by": "isthmus" }) {
  return { metadata: { name, creationTimestamp, labels } };
}

function record(release: string, creationTimestamp: string, status: string): object {
  const name = `sh.helm.release.v1.${release}.v1`;
  return made(name, creationTimestamp, { owner: "helm", name: release, status });
}

/** What is found in a cluster with these lists and objects, by a stack with these resources. */
function found(
  resources: readonly StateResource[],
  objects: Readonly<Record<string, object>>,
  sinceOfFailureMs: number | undefined = sinceMs,
): Promise<Pending[]> {
  // An API server that tells the time of this machine: it is as if both were at the moment that the test is about.
  const server = new MemoryServer({ ...objects }, new Date().toUTCString());
  const state: ExportedState = { resources };
  return unrecordedIn(server, {
    state,
    mesh: "mesh1",
    names: ["east"],
    lastFailureSinceMs: () => Promise.resolve(sinceOfFailureMs),
  });
}

const object = (path: string): Pending => ({ kind: "object", cluster: "east", path });
const release = (name: string, isNew: boolean): Pending => ({
  kind: "release",
  cluster: "east",
  namespace: "istio-system",
  name,
  isNew,
});

describe("what stands in a cluster and no update has recorded", () => {
  const secrets = { [`${system}/secrets${ours}`]: { items: [made("cacerts", during), made("istio-ca", before)] } };

  it("is what came to be while the last update ran, which failed, and the state does not have", async () => {
    assert.deepEqual(await found([namespace], secrets), [object(`${system}/secrets/cacerts`)]);
    assert.deepEqual(await found([namespace, cacerts], secrets), []);
    const services = { [`${system}/services${ours}`]: { items: [made("istio-eastwestgateway", during)] } };
    assert.deepEqual(await found([namespace], services), [object(`${system}/services/istio-eastwestgateway`)]);
  });

  it("is the entry of a machine too", async () => {
    const inShop = { metadata: { ...made("billing-1", during).metadata, namespace: "shop" } };
    const objects = { [`/apis/networking.istio.io/v1/workloadentries${ours}`]: { items: [inShop] } };
    const path = "/apis/networking.istio.io/v1/namespaces/shop/workloadentries/billing-1";
    assert.deepEqual(await found([namespace], objects), [object(path)]);
  });

  it("is a policy of a workloads' namespace too, unless the state has it", async () => {
    const policies = "/apis/security.istio.io/v1/peerauthentications";
    const inShop = { metadata: { ...made("default", during).metadata, namespace: "shop" } };
    const objects = { [`${policies}${ours}`]: { items: [inShop] } };
    const path = "/apis/security.istio.io/v1/namespaces/shop/peerauthentications/default";
    assert.deepEqual(await found([namespace], objects), [object(path)]);
    const recorded: StateResource = {
      urn: "p",
      type: "kubernetes:security.istio.io/v1:PeerAuthentication",
      provider,
      inputs: {
        apiVersion: "security.istio.io/v1",
        kind: "PeerAuthentication",
        metadata: { name: "default", namespace: "shop" },
      },
    };
    assert.deepEqual(await found([namespace, recorded], objects), []);
  });

  it("is looked for in a system namespace that was adopted, and is never that itself", async () => {
    const adopted = { ...namespace, type: "kubernetes:core/v1:NamespacePatch" };
    assert.deepEqual(await found([adopted], secrets), [object(`${system}/secrets/cacerts`)]);
    const annotations = { "isthmus.dev/mesh": "mesh1" };
    const there = { [system]: { metadata: { name: "istio-system", annotations, labels: { team: "platform" } } } };
    assert.deepEqual(await found([], there), []);
  });

  it("is nothing where the last update succeeded: an older state may have been restored", async () => {
    assert.deepEqual(await found([namespace], secrets, Number.POSITIVE_INFINITY), []);
    const server = new MemoryServer({ ...secrets }, new Date().toUTCString());
    const search = { state: { resources: [namespace] }, mesh: "mesh1", names: ["east"] } as const;
    const none = { ...search, lastFailureSinceMs: () => Promise.resolve(undefined) };
    assert.deepEqual(await unrecordedIn(server, none), []);
  });

  it("is nothing of somebody else's, whatever an API server lists", async () => {
    const foreign = made("theirs", during, { "app.kubernetes.io/managed-by": "Helm" });
    assert.deepEqual(await found([namespace], { [`${system}/secrets${ours}`]: { items: [foreign] } }), []);
  });

  it("is what another cluster's clock calls later", async () => {
    const hourMs = 3_600_000;
    const ahead = new MemoryServer(
      { [`${system}/secrets${ours}`]: { items: [made("cacerts", during)] } },
      new Date(Date.now() + hourMs).toUTCString(),
    );
    const search = { state: { resources: [namespace] }, mesh: "mesh1", names: ["east"] } as const;
    const asked = (ms: number) => unrecordedIn(ahead, { ...search, lastFailureSinceMs: () => Promise.resolve(ms) });
    assert.deepEqual(await asked(sinceMs), [], "by its clock it was made an hour ago");
    assert.equal((await asked(sinceMs - hourMs)).length, 1);
  });

  it("is a release that Helm has not finished, and a new one that it has", async () => {
    const records = (...items: object[]): Record<string, object> => ({ [`${system}/secrets${byHelm}`]: { items } });
    const unfinished = records(record("istiod", before, "pending-install"), record("other", during, "deployed"));
    assert.deepEqual(await found([namespace], unfinished), [release("istiod", false)]);
    assert.deepEqual(await found([namespace, istiod], unfinished), []);
    const finished = records(record("istio-base", during, "deployed"));
    assert.deepEqual(await found([namespace], finished), [release("istio-base", true)]);
  });

  const own = {
    metadata: {
      name: "istio-system",
      labels: { "app.kubernetes.io/managed-by": "isthmus" },
      annotations: { "isthmus.dev/mesh": "mesh1" },
    },
  };
  const empty = {
    [system]: own,
    [`${system}/pods?limit=2`]: { items: [] },
    [`${system}/secrets?limit=2`]: { items: [] },
    [`${system}/services?limit=2`]: { items: [] },
    [`${system}/configmaps?limit=2`]: { items: [{ metadata: { name: "kube-root-ca.crt" } }] },
  };

  it("is the system namespace of a first update, as long as nothing is in it", async () => {
    assert.deepEqual(await found([], empty), [object(system)]);
    assert.deepEqual(await found([{ ...namespace, delete: true }], empty), [object(system)]);
    const secret = { items: [{ metadata: { name: "cacerts" } }] };
    assert.deepEqual(await found([], { ...empty, [`${system}/secrets?limit=2`]: secret }), []);
    assert.deepEqual(await found([], { ...empty, [`${system}/pods?limit=2`]: {} }), [], "what may not be read");
    const other = { metadata: { ...own.metadata, annotations: { "isthmus.dev/mesh": "mesh2" } } };
    assert.deepEqual(await found([], { ...empty, [system]: other }), []);
    assert.deepEqual(await found([], { ...empty, [system]: { metadata: { ...own.metadata, labels: {} } } }), []);
  });
});

describe("the last update that failed", () => {
  const of = (...entries: (readonly [kind: string, result: string, startTime?: string])[]): number | undefined =>
    lastFailureSinceMs(
      parseUpdateHistory(
        JSON.stringify(
          entries.map(([kind, result, startTime = "2026-11-28T10:00:00.000Z"]) => ({ kind, result, startTime })),
        ),
      ),
    );

  it("is the newest one that is over, whatever refreshes came after it", () => {
    assert.equal(of(["update", "failed"]), sinceMs);
    assert.equal(of(["update", "in-progress"], ["refresh", "succeeded"], ["update", "failed"]), sinceMs);
    assert.equal(of(["update", "succeeded"], ["update", "failed"]), undefined);
    assert.equal(of(["update", "failed", "soon"]), undefined);
    assert.equal(of(), undefined);
    assert.deepEqual(parseUpdateHistory("\n"), []);
    assert.deepEqual(parseUpdateHistory("null"), []);
  });
});
