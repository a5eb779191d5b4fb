import assert from "node:assert/strict";
import { removeFromCluster } from "../../../operations/leftovers";
import { FakeClient } from "../../support/cluster-client";

const definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

function clusterWith(istiods: readonly object[]): FakeClient {
  const definition = (name: string, group: string, release: string): object => ({
    metadata: {
      name,
      annotations: { "meta.helm.sh/release-name": release, "meta.helm.sh/release-namespace": "istio-system" },
    },
    spec: { group },
  });
  return new FakeClient("east", {
    objects: {
      "/apis/apps/v1/deployments": istiods,
      "/api/v1/configmaps": [
        { metadata: { namespace: "default", name: "istio-ca-root-cert" } },
        { metadata: { namespace: "kube-system", name: "istio-ca-root-cert" } },
      ],
      [definitions]: [
        definition("gateways.networking.istio.io", "networking.istio.io", "istio-base"),
        definition("wasmplugins.extensions.istio.io", "extensions.istio.io", "someone-elses"),
        definition("certificates.cert-manager.io", "cert-manager.io", "istio-base"),
      ],
    },
  });
}

describe("removeFromCluster", () => {
  it("removes what istiod wrote into the namespaces", async () => {
    const client = clusterWith([]);
    assert.deepEqual(await removeFromCluster(client, "istiod"), {
      cluster: "east",
      configMaps: ["default/istio-ca-root-cert", "kube-system/istio-ca-root-cert"],
      customResourceDefinitions: [],
      namespaces: [],
      keptNamespaces: {},
    });
    assert.deepEqual(
      client.requests.map(({ path }) => path),
      [
        "/api/v1/namespaces/default/configmaps/istio-ca-root-cert",
        "/api/v1/namespaces/kube-system/configmaps/istio-ca-root-cert",
      ],
    );
  });

  it("removes, when asked, the definitions of the release, and no others", async () => {
    const removed = await removeFromCluster(clusterWith([]), "istiod-and-crds");
    assert.deepEqual(removed.customResourceDefinitions, ["gateways.networking.istio.io"]);
  });

  it("touches nothing where another istiod runs, and says so", async () => {
    const client = clusterWith([{ metadata: { namespace: "istio-other", name: "istiod-stable" } }]);
    const removed = await removeFromCluster(client, "istiod-and-crds");
    assert.equal(removed.kept, "another istiod runs there: istio-other/istiod-stable");
    assert.deepEqual(client.requests, []);
  });
});

describe("namespaces of workloads that the stack made", () => {
  const stored = { namespaced: true, verbs: ["create", "delete", "get", "list"] };
  const kinds = {
    "/apis": {
      groups: [
        { preferredVersion: { groupVersion: "networking.istio.io/v1" }, versions: [] },
        { preferredVersion: { groupVersion: "metrics.k8s.io/v1beta1" }, versions: [] },
      ],
    },
    "/api/v1": {
      resources: [
        ...["configmaps", "events", "pods", "secrets", "serviceaccounts"].map((name) => ({ name, ...stored })),
        { name: "pods/log", namespaced: true, verbs: ["get"] },
        { name: "bindings", namespaced: true, verbs: ["create"] },
        { name: "nodes", ...stored, namespaced: false },
      ],
    },
    "/apis/networking.istio.io/v1": { resources: [{ name: "virtualservices", ...stored }] },
    "/apis/metrics.k8s.io/v1beta1": { resources: [{ name: "pods", namespaced: true, verbs: ["get", "list"] }] },
  };
  const named = (...names: string[]): object[] => names.map((name) => ({ metadata: { name } }));
  const shop = "/api/v1/namespaces/shop";
  /** What is in every namespace, whoever uses it. */
  const defaults = {
    "/api/v1/namespaces": named("shop"),
    [`${shop}/configmaps`]: named("kube-root-ca.crt", "istio-ca-root-cert"),
    [`${shop}/serviceaccounts`]: named("default"),
    [`${shop}/secrets`]: [{ metadata: { name: "default-token" }, type: "kubernetes.io/service-account-token" }],
    [`${shop}/events`]: named("scheduled"),
    // Not an object that is stored, but a view of one.
    "/apis/metrics.k8s.io/v1beta1/namespaces/shop/pods": named("gone"),
  };
  const removedFrom = async (
    objects: Record<string, unknown>,
  ): Promise<{ namespaces: readonly string[]; kept: unknown; requests: string[] }> => {
    const client = new FakeClient("east", { objects: { ...kinds, ...defaults, ...objects } });
    const { namespaces, keptNamespaces } = await removeFromCluster(client, "istiod");
    return { namespaces, kept: keptNamespaces, requests: client.requests.map(({ path }) => path) };
  };

  it("go when they hold nothing but what is in every namespace", async () => {
    assert.deepEqual(await removedFrom({}), { namespaces: ["shop"], kept: {}, requests: [shop] });
  });

  for (const [what, path, object] of [
    ["pods/web", `${shop}/pods`, "web"],
    ["configmaps/settings", `${shop}/configmaps`, "settings"],
    ["secrets/sh.helm.release.v1.web.v1", `${shop}/secrets`, "sh.helm.release.v1.web.v1"],
    ["serviceaccounts/web", `${shop}/serviceaccounts`, "web"],
    ["virtualservices/web", "/apis/networking.istio.io/v1/namespaces/shop/virtualservices", "web"],
  ] as const) {
    it(`stay with ${what}`, async () => {
      const { kept, requests } = await removedFrom({ [path]: named(object) });
      assert.deepEqual(kept, { shop: [what] });
      assert.deepEqual(requests, []);
    });
  }

  it("stay when a kind of object cannot be looked at", async () => {
    const { kept, requests } = await removedFrom({ "/apis/networking.istio.io/v1": undefined });
    assert.deepEqual(kept, { shop: ["what cannot be looked at (GET /apis/networking.istio.io/v1: not found)"] });
    assert.deepEqual(requests, []);
  });
});
