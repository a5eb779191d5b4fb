import assert from "node:assert/strict";
import fc from "fast-check";
import { KubernetesError } from "../../../access";
import { removeFromCluster } from "../../../operations/leftovers";
import { FakeClient } from "../../support/cluster-client";

const definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

const ofIstiod = { "istio.io/config": "true" };

function clusterWith(standing: Readonly<Record<string, readonly object[]>> = {}): FakeClient {
  const definition = (name: string, group: string, release: string): object => ({
    metadata: {
      name,
      annotations: { "meta.helm.sh/release-name": release, "meta.helm.sh/release-namespace": "istio-system" },
    },
    spec: { group },
  });
  return new FakeClient("east", {
    objects: {
      "/api/v1/configmaps": [
        { metadata: { namespace: "default", name: "istio-ca-root-cert", labels: ofIstiod } },
        { metadata: { namespace: "kube-system", name: "istio-ca-crl", labels: ofIstiod } },
        { metadata: { namespace: "shop", name: "routes-of-a-team", labels: ofIstiod } },
      ],
      [definitions]: [
        definition("gateways.networking.istio.io", "networking.istio.io", "istio-base"),
        definition("wasmplugins.extensions.istio.io", "extensions.istio.io", "someone-elses"),
        definition("certificates.cert-manager.io", "cert-manager.io", "istio-base"),
      ],
      ...standing,
    },
  });
}

describe("removeFromCluster", () => {
  it("tells what a cluster refuses, instead of ending what is done in the others", async () => {
    const client = clusterWith();
    client.remove = (path) => Promise.reject(new KubernetesError("DELETE", path, 403, "forbidden"));
    const { trouble, configMaps } = await removeFromCluster(client, "istiod");
    assert.match(trouble ?? "", /^DELETE \/api\/v1\/namespaces\/.*: forbidden$/);
    assert.deepEqual(configMaps, []);
  });

  it("removes the locks of istiods that stay with a system namespace of somebody else's, and nothing of theirs", async () => {
    const inSystem = ["istio-leader", "istio-namespace-controller-election", "kube-root-ca.crt", "settings"];
    const client = clusterWith({
      "/api/v1/namespaces/istio-system/configmaps": inSystem.map((name) => ({
        metadata: { namespace: "istio-system", name },
      })),
    });
    const { configMaps } = await removeFromCluster(client, "istiod");
    assert.deepEqual(configMaps.slice(2), [
      "istio-system/istio-leader",
      "istio-system/istio-namespace-controller-election",
    ]);
  });

  it("removes what istiod wrote into the namespaces, and nothing that is only labelled like it", async () => {
    const client = clusterWith();
    assert.deepEqual(await removeFromCluster(client, "istiod"), {
      cluster: "east",
      configMaps: ["default/istio-ca-root-cert", "kube-system/istio-ca-crl"],
      customResourceDefinitions: [],
      namespaces: [],
      keptNamespaces: {},
    });
    assert.deepEqual(
      client.requests.map(({ path }) => path),
      [
        "/api/v1/namespaces/default/configmaps/istio-ca-root-cert",
        "/api/v1/namespaces/kube-system/configmaps/istio-ca-crl",
      ],
    );
  });

  it("removes, when asked, the definitions of the release, and no others", async () => {
    const removed = await removeFromCluster(clusterWith(), "istiod-and-crds");
    assert.deepEqual(removed.customResourceDefinitions, ["gateways.networking.istio.io"]);
  });

  describe("touches nothing where a mesh stands, and says by what it is seen", () => {
    const namespaces = "/api/v1/namespaces";
    const injectors = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations";
    const validators = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";
    const webhook = (clientConfig: object, labels = {}): object => ({
      metadata: { name: "a-webhook", labels },
      webhooks: [{ name: "it", clientConfig }],
    });
    const ofService = (name: string): object => ({ service: { namespace: "mesh-system", name } });
    const meshSystem = { [namespaces]: [{ metadata: { name: "mesh-system" } }] };
    const annotations = { "isthmus.dev/mesh": "mesh2" };

    for (const [what, standing, words] of [
      [
        "an istiod",
        { "/apis/apps/v1/deployments": [{ metadata: { namespace: "istio-other", name: "istiod-stable" } }] },
        /^another istiod runs there: istio-other\/istiod-stable$/,
      ],
      [
        "a system namespace with our annotation, as in a remote cluster",
        { [namespaces]: [{ metadata: { name: "istio-system", annotations } }] },
        /^there still is a namespace istio-system of the mesh mesh2$/,
      ],
      [
        "a namespace of another name with our annotation",
        { [namespaces]: [{ metadata: { name: "mesh-system", annotations } }] },
        /namespace mesh-system of the mesh mesh2$/,
      ],
      [
        "a system namespace that an older release made",
        {
          [namespaces]: [{ metadata: { name: "istio-system", labels: { "app.kubernetes.io/managed-by": "isthmus" } } }],
        },
        /namespace istio-system that this stack does not have$/,
      ],
      ["an injector", { [injectors]: [webhook(ofService("istiod-stable"))], ...meshSystem }, /webhook .*: a-webhook$/],
      [
        "an injector with its Service under another name",
        { [injectors]: [webhook(ofService("injector"), { app: "sidecar-injector" })], ...meshSystem },
        /a-webhook/,
      ],
      [
        "an injector that asks an istiod elsewhere",
        { [injectors]: [webhook({ url: "https://192.0.2.1:15017/inject/cluster/east/net/east" })] },
        /a-webhook/,
      ],
      ["a validator", { [validators]: [webhook(ofService("istiod"))], ...meshSystem }, /a-webhook/],
    ] as const) {
      it(what, async () => {
        const client = clusterWith(standing);
        const removed = await removeFromCluster(client, "istiod-and-crds");
        assert.match(removed.kept ?? "", words);
        assert.deepEqual(client.requests, []);
      });
    }

    for (const [what, standing] of [
      [
        "a system namespace that was prepared for a mesh, and stays",
        { [namespaces]: [{ metadata: { name: "istio-system", labels: { team: "platform" } } }] },
      ],
      ["a webhook whose Service went with its namespace", { [injectors]: [webhook(ofService("istiod"))] }],
      [
        "a webhook of something else",
        { [injectors]: [webhook(ofService("policies")), webhook({ url: "https://192.0.2.1/judge" })], ...meshSystem },
      ],
    ] as const) {
      it(`but goes on beside ${what}`, async () => {
        const removed = await removeFromCluster(clusterWith(standing), "istiod-and-crds");
        assert.equal(removed.kept, undefined);
        assert.deepEqual(removed.customResourceDefinitions, ["gateways.networking.istio.io"]);
      });
    }
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
  const ours = { "app.kubernetes.io/managed-by": "isthmus", "app.kubernetes.io/component": "mesh-namespace" };
  const shop = "/api/v1/namespaces/shop";
  /** What is in every namespace, whoever uses it. */
  const defaults = {
    "/api/v1/namespaces": [{ metadata: { name: "shop", labels: ours } }, ...named("default")],
    [`${shop}/configmaps`]: [
      ...named("kube-root-ca.crt"),
      { metadata: { name: "istio-ca-root-cert", labels: ofIstiod } },
    ],
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
    ["configmaps/istio-routes", `${shop}/configmaps`, "istio-routes"],
    ["configmaps/istio-ca-root-cert", `${shop}/configmaps`, "istio-ca-root-cert"],
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

  it("stay with any ConfigMap but those that istiod writes, whatever its name and its labels are", async () => {
    const names = fc.oneof(
      fc.constantFrom("istio-ca-root-cert", "istio-ca-crl", "istio-leader", "istio", "kube-root-ca.crt"),
      fc.stringMatching(/^(istio-)?[a-z]{1,8}$/),
    );
    const labels = fc.constantFrom({}, ofIstiod, { "istio.io/config": "false" });
    const metadata = fc.record({ name: names, labels });
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(metadata, { selector: ({ name }) => name, maxLength: 5 }), async (all) => {
        const theirs = all.filter(
          (one) =>
            one.name !== "kube-root-ca.crt" &&
            !(["istio-ca-root-cert", "istio-ca-crl"].includes(one.name) && one.labels === ofIstiod),
        );
        const { kept, namespaces } = await removedFrom({
          [`${shop}/configmaps`]: all.map((one) => ({ metadata: one })),
        });
        assert.deepEqual(namespaces, theirs.length === 0 ? ["shop"] : []);
        const holds = theirs.map(({ name }) => `configmaps/${name}`).sort();
        assert.deepEqual(kept, theirs.length === 0 ? {} : { shop: holds });
      }),
    );
  });
});
