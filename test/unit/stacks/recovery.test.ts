import assert from "node:assert/strict";
import type { ApiServer } from "../../../access";
import {
  clearAway,
  kubeconfigInputOf,
  pendingIn,
  recoverFromKill,
  releasesIn,
  type ClearingOptions,
} from "../../../stacks/recovery";
import { MemoryServer } from "./memory-server";

describe("what a killed update had begun", () => {
  const provider = "urn:pulumi:dev::isthmus::pulumi:providers:kubernetes::east::d3b0";
  const operation = (type: string, kind: string, inputs: object): object => ({
    type,
    resource: { urn: "urn", type: kind, provider, inputs },
  });
  const creatingSecret = operation("creating", "kubernetes:core/v1:Secret", {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "cacerts", namespace: "istio-system" },
  });
  const creatingGateway = operation("creating", "kubernetes:networking.istio.io/v1:Gateway", {
    apiVersion: "networking.istio.io/v1",
    kind: "Gateway",
    metadata: { name: "cross-network-gateway", namespace: "istio-system" },
  });
  const release = { name: "istiod", namespace: "istio-system" };
  const state = (...operations: object[]): never => ({ pending_operations: operations, resources: [] }) as never;

  it("is found by cluster and path", () => {
    assert.deepEqual(
      pendingIn(
        state(
          creatingSecret,
          creatingGateway,
          operation("updating", "kubernetes:helm.sh/v3:Release", release),
          operation("creating", "tls:index/privateKey:PrivateKey", {}),
          operation("updating", "kubernetes:core/v1:Secret", { metadata: { name: "x" } }),
        ),
      ),
      [
        { kind: "object", cluster: "east", path: "/api/v1/namespaces/istio-system/secrets/cacerts" },
        {
          kind: "object",
          cluster: "east",
          path: "/apis/networking.istio.io/v1/namespaces/istio-system/gateways/cross-network-gateway",
        },
        { kind: "release", cluster: "east", ...release, isNew: false },
      ],
    );
    assert.deepEqual(pendingIn({}), []);
  });

  it("is a policy of a workloads' namespace", () => {
    const policy = operation("creating", "kubernetes:security.istio.io/v1:PeerAuthentication", {
      apiVersion: "security.istio.io/v1",
      kind: "PeerAuthentication",
      metadata: { name: "default", namespace: "shop" },
    });
    const path = "/apis/security.istio.io/v1/namespaces/shop/peerauthentications/default";
    assert.deepEqual(pendingIn(state(policy)), [{ kind: "object", cluster: "east", path }]);
  });

  it("is what says which sidecars of a namespace answer DNS", () => {
    const proxyConfig = operation("creating", "kubernetes:networking.istio.io/v1beta1:ProxyConfig", {
      apiVersion: "networking.istio.io/v1beta1",
      kind: "ProxyConfig",
      metadata: { name: "dns-capture", namespace: "shop" },
    });
    const path = "/apis/networking.istio.io/v1beta1/namespaces/shop/proxyconfigs/dns-capture";
    assert.deepEqual(pendingIn(state(proxyConfig)), [{ kind: "object", cluster: "east", path }]);
  });

  it("is the entry of a machine in its namespace", () => {
    const entry = operation("creating", "kubernetes:networking.istio.io/v1:WorkloadEntry", {
      apiVersion: "networking.istio.io/v1",
      kind: "WorkloadEntry",
      metadata: { name: "billing-1", namespace: "shop" },
    });
    const path = "/apis/networking.istio.io/v1/namespaces/shop/workloadentries/billing-1";
    assert.deepEqual(pendingIn(state(entry)), [{ kind: "object", cluster: "east", path }]);
  });

  it("is nothing that was being deleted, and nothing that a later update made after all", () => {
    assert.deepEqual(pendingIn(state(operation("deleting", "kubernetes:helm.sh/v3:Release", release))), []);
    const made = { pending_operations: [creatingSecret], resources: [{ urn: "urn" }] };
    assert.deepEqual(pendingIn(made as never), []);
  });

  it("is looked for in every release that the state has, since the record of what was begun is gone by then", () => {
    const known = { urn: "u", type: "kubernetes:helm.sh/v3:Release", provider, inputs: release };
    assert.deepEqual(releasesIn({ resources: [known, { urn: "v", type: "kubernetes:core/v1:Secret", provider }] }), [
      { kind: "release", cluster: "east", ...release, isNew: false },
    ]);
  });

  it("is reached by the state's kubeconfig in a cluster that is described no more", () => {
    const urn = "urn:pulumi:dev::isthmus::pulumi:providers:kubernetes::east";
    const type = "pulumi:providers:kubernetes";
    const resources = [{ urn, type, inputs: { kubeconfig: "mine" } }];
    assert.equal(kubeconfigInputOf({ resources }, "east"), "mine");
    assert.equal(kubeconfigInputOf({ resources }, "west"), undefined);
  });
});

describe("what a killed update had begun in a cluster that was renamed and is described no more", () => {
  it("is looked for by the name that the state has, and told by the present one", async () => {
    const user = { name: "west", user: { token: "t" } };
    // Port 1 (tcpmux) is nobody's: it does not answer.
    const cluster = { name: "west", cluster: { server: "https://127.0.0.1:1" } };
    const context = { name: "west", context: { cluster: "west", user: "west" } };
    const kubeconfig = { "current-context": "west", clusters: [cluster], users: [user], contexts: [context] };
    const provider = "urn:pulumi:dev::isthmus::pulumi:providers:kubernetes::west";
    const metadata = { name: "cacerts", namespace: "istio-system" };
    const secret = { apiVersion: "v1", kind: "Secret", metadata };
    const state = {
      resources: [
        { urn: provider, type: "pulumi:providers:kubernetes", inputs: { kubeconfig: JSON.stringify(kubeconfig) } },
      ],
      pending_operations: [
        {
          type: "creating",
          resource: { urn: "urn", type: "kubernetes:core/v1:Secret", provider: `${provider}::1`, inputs: secret },
        },
      ],
    };
    const told: string[] = [];
    await recoverFromKill({
      mesh: "mesh1",
      state: state,
      revealedState: () => Promise.resolve(state as never),
      clusters: new Map(),
      renamed: new Map([["west", "paris"]]),
      lastFailureSinceMs: () => Promise.resolve(undefined),
      environment: {},
      log: (words) => Promise.resolve(void told.push(words)),
    });
    assert.deepEqual(told, ["paris: an update that was killed had begun something there, and it does not answer"]);
  });
});

const noOrphans: ClearingOptions = { before: "update", orphans: "none", operationTakesAtMostMs: 360_000 };

describe("clearing away what a killed update had begun", () => {
  const path = "/api/v1/namespaces/istio-system/secrets/cacerts";
  const pending = { kind: "object", cluster: "east", path } as const;
  const labelled = (manager: string): object => ({
    metadata: { uid: "1", labels: { "app.kubernetes.io/managed-by": manager } },
  });

  it("removes an object only if it bears our label", async () => {
    const own = new MemoryServer({ [path]: labelled("isthmus") });
    assert.deepEqual(await clearAway(own, pending, noOrphans), [path]);
    const foreign = new MemoryServer({ [path]: labelled("Helm") });
    assert.deepEqual(await clearAway(foreign, pending, noOrphans), []);
    assert.deepEqual(foreign.removed, []);
    assert.deepEqual(await clearAway(new MemoryServer({}), pending, noOrphans), []);
  });

  it("fails when the API server refuses, and says of what", async () => {
    const server = new MemoryServer({});
    const { remove, close } = server;
    const refusing: ApiServer = { remove, close, ask: () => Promise.resolve({ status: 403, body: "{}" }) };
    await assert.rejects(clearAway(refusing, pending, noOrphans), /refused to read \/api.*cacerts \(403\)/);
  });

  const secrets = "/api/v1/namespaces/istio-system/secrets";
  const list = `${secrets}?labelSelector=owner%3Dhelm%2Cname%3Distiod`;
  const record = (name: string, status: string, modifiedAt?: string): object => ({
    metadata: { name, uid: name, labels: { status, ...(modifiedAt === undefined ? {} : { modifiedAt }) } },
  });
  const release = { kind: "release", cluster: "east", namespace: "istio-system", name: "istiod" } as const;

  it("removes, of a release, the records of what Helm has not finished; of a new one all of them", async () => {
    const removed = async (isNew: boolean): Promise<string[]> => {
      const server = new MemoryServer({
        [list]: { items: [record("v1", "deployed"), record("v2", "pending-upgrade")] },
      });
      await clearAway(server, { ...release, isNew }, noOrphans);
      return server.removed;
    };
    assert.deepEqual(await removed(false), [`${secrets}/v2`]);
    assert.deepEqual(await removed(true), [`${secrets}/v1`, `${secrets}/v2`]);
  });

  it("removes, before a destruction, also what a new release had made outside of its namespace", async () => {
    const roles = "/apis/rbac.authorization.k8s.io/v1/clusterroles";
    const hooks = "/apis/admissionregistration.k8s.io/v1";
    const byHelm = "?labelSelector=app.kubernetes.io%2Fmanaged-by%3DHelm";
    const of = (name: string, releaseName: string): object => ({
      metadata: {
        name,
        annotations: { "meta.helm.sh/release-name": releaseName, "meta.helm.sh/release-namespace": "istio-system" },
      },
    });
    const items = { items: [of("mine", "istiod"), of("theirs", "other")] };
    const none = { items: [] };
    const server = (): MemoryServer =>
      new MemoryServer({
        [list]: { items: [record("v1", "pending-install")] },
        [roles + byHelm]: items,
        [`/apis/rbac.authorization.k8s.io/v1/clusterrolebindings${byHelm}`]: none,
        [`${hooks}/mutatingwebhookconfigurations${byHelm}`]: none,
        [`${hooks}/validatingwebhookconfigurations${byHelm}`]: none,
      });
    const isNew = server();
    await clearAway(isNew, { ...release, isNew: true }, { ...noOrphans, before: "destroy" });
    assert.deepEqual(isNew.removed, [`${secrets}/v1`, `${roles}/mine`]);
    const known = server();
    await clearAway(known, { ...release, isNew: true }, noOrphans);
    assert.deepEqual(known.removed, [`${secrets}/v1`], "the next update takes it over");
  });

  it("waits for what somebody may still be at work on, and no longer than Helm would take", async () => {
    const nowSeconds = Date.parse("2026-11-28T10:00:00Z") / 1000;
    const possible: ClearingOptions = { ...noOrphans, orphans: "possible" };
    const old = new MemoryServer({ [list]: { items: [record("v1", "pending-install", String(nowSeconds - 361))] } });
    assert.equal((await clearAway(old, { ...release, isNew: false }, possible)).length, 1);

    const waits: string[] = [];
    let asked = 0;
    const working = new MemoryServer({
      [list]: () => {
        asked++;
        const status = asked < 3 ? "pending-install" : "deployed";
        return { items: [record("v1", status, String(nowSeconds - 359.9))] };
      },
    });
    const removed = await clearAway(
      working,
      { ...release, isNew: false },
      {
        ...possible,
        onWait: (words) => waits.push(words),
      },
    );
    assert.deepEqual(removed, []);
    assert.deepEqual(working.removed, []);
    assert.equal(waits.length, 1);
    assert.match(waits[0] ?? "", /istio-system\/istiod is marked as being worked on.*for 1 s at most/);
  });
});
