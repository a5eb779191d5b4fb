import assert from "node:assert/strict";
import { foreignContents } from "../../../operations/foreign-contents";
import { KubernetesError } from "../../../access";
import { FakeClient } from "../../support/cluster-client";

const system = "/api/v1/namespaces/istio-system";
const stored = { namespaced: true, verbs: ["create", "delete", "get", "list"] };
const ofRelease = (release: string): object => ({
  "meta.helm.sh/release-name": release,
  "meta.helm.sh/release-namespace": "istio-system",
});
const ours = { "app.kubernetes.io/managed-by": "isthmus" };

/** A cluster of a mesh that stands, with what its own stack, Helm and istiod make in the namespace. */
function cluster(changes: Record<string, unknown> = {}): FakeClient {
  const objects: Record<string, unknown> = {
    "/apis": {
      groups: [
        { preferredVersion: { groupVersion: "apps/v1" }, versions: [] },
        { preferredVersion: { groupVersion: "coordination.k8s.io/v1" }, versions: [] },
      ],
    },
    "/api/v1": {
      resources: ["configmaps", "pods", "secrets", "serviceaccounts"].map((name) => ({ name, ...stored })),
    },
    "/apis/apps/v1": { resources: [{ name: "deployments", ...stored }] },
    "/apis/coordination.k8s.io/v1": { resources: [{ name: "leases", ...stored }] },
    [system]: { metadata: { name: "istio-system", labels: ours } },
    [`${system}/configmaps`]: [
      { metadata: { name: "kube-root-ca.crt" } },
      { metadata: { name: "istio-leader" } },
      { metadata: { name: "istio-ca-root-cert", labels: { "istio.io/config": "true" } } },
      { metadata: { name: "istio", annotations: ofRelease("istiod") } },
    ],
    [`${system}/secrets`]: [
      { metadata: { name: "cacerts", labels: ours } },
      {
        metadata: { name: "sh.helm.release.v1.istiod.v1", labels: { owner: "helm", name: "istiod" } },
        type: "helm.sh/release.v1",
      },
    ],
    [`${system}/serviceaccounts`]: [{ metadata: { name: "default" } }],
    [`${system}/pods`]: [{ metadata: { name: "istiod-5f7", ownerReferences: [{ kind: "ReplicaSet" }] } }],
    ["/apis/apps/v1/namespaces/istio-system/deployments"]: [
      { metadata: { name: "istiod", annotations: ofRelease("istiod") } },
      { metadata: { name: "istio-eastwestgateway", annotations: ofRelease("istio-eastwestgateway") } },
    ],
    ["/apis/coordination.k8s.io/v1/namespaces/istio-system/leases"]: [
      { metadata: { name: "istio-gateway-deployment-default" } },
    ],
    "/apis/apiextensions.k8s.io/v1/customresourcedefinitions": [
      {
        metadata: { name: "virtualservices.networking.istio.io", annotations: ofRelease("istio-base") },
        spec: {
          group: "networking.istio.io",
          names: { plural: "virtualservices" },
          versions: [
            { name: "v1alpha3", served: true, storage: false },
            { name: "v1", served: true, storage: true },
          ],
        },
      },
    ],
    "/apis/networking.istio.io/v1/virtualservices": [{ metadata: { namespace: "x", name: "ours", labels: ours } }],
    ...changes,
  };
  return new FakeClient("east", {
    objects: Object.fromEntries(Object.entries(objects).filter(([, found]) => found !== undefined)),
  });
}

const lost = async (changes: Record<string, unknown>): Promise<readonly string[]> =>
  (await foreignContents(cluster(changes), "istiod")).systemNamespace;

describe("what others would lose with a mesh", () => {
  it("has nothing to lose in a system namespace that stays, because somebody else made it", async () => {
    const annotations = { "isthmus.dev/mesh": "mesh1" };
    for (const metadata of [{ annotations }, { annotations, labels: { team: "platform" } }, {}]) {
      const { systemNamespace } = await foreignContents(
        cluster({
          [system]: { metadata: { name: "istio-system", ...metadata } },
          [`${system}/secrets`]: [{ metadata: { name: "registry" } }],
        }),
        "istiod",
      );
      assert.deepEqual(systemNamespace, []);
    }
  });

  it("is nothing where all is the mesh's own", async () => {
    const client = cluster();
    assert.deepEqual(await foreignContents(client, "istiod-and-crds"), {
      cluster: "east",
      systemNamespace: [],
      istioResources: [],
    });
    assert.deepEqual(client.requests, []);
  });

  for (const [what, path, object] of [
    ["secrets/web-tls", `${system}/secrets`, { metadata: { name: "web-tls" }, type: "kubernetes.io/tls" }],
    ["configmaps/istio-routes", `${system}/configmaps`, { metadata: { name: "istio-routes" } }],
    ["pods/alone", `${system}/pods`, { metadata: { name: "alone" } }],
    [
      "deployments/kiali",
      "/apis/apps/v1/namespaces/istio-system/deployments",
      { metadata: { name: "kiali", annotations: ofRelease("kiali") } },
    ],
    [
      "secrets/sh.helm.release.v1.kiali.v1",
      `${system}/secrets`,
      {
        metadata: { name: "sh.helm.release.v1.kiali.v1", labels: { owner: "helm", name: "kiali" } },
        type: "helm.sh/release.v1",
      },
    ],
  ] as const) {
    it(`is ${what} in the system namespace`, async () => {
      assert.deepEqual(await lost({ [path]: [object] }), [what]);
    });
  }

  it("may be anything where a kind cannot be looked at", async () => {
    assert.deepEqual(await lost({ "/apis/apps/v1": undefined }), [
      "what cannot be looked at (GET /apis/apps/v1: not found)",
    ]);
  });

  it("is nothing where there is no such namespace", async () => {
    assert.deepEqual(await lost({ [system]: undefined }), []);
  });

  describe("with Istio's definitions", () => {
    const path = "/apis/networking.istio.io/v1/virtualservices";

    it("is every resource that is not ours, and only when the definitions go", async () => {
      const client = cluster({ [path]: [{ metadata: { namespace: "shop", name: "web" } }] });
      assert.deepEqual((await foreignContents(client, "istiod-and-crds")).istioResources, ["virtualservices shop/web"]);
      assert.deepEqual((await foreignContents(client, "istiod")).istioResources, []);
    });

    it("is said to be there where it cannot be looked at", async () => {
      const client = cluster();
      const list = client.list.bind(client);
      client.list = (asked) =>
        asked === path ? Promise.reject(new KubernetesError("GET", path, 403, "forbidden")) : list(asked);
      assert.deepEqual((await foreignContents(client, "istiod-and-crds")).istioResources, [
        `virtualservices that cannot be looked at (GET ${path}: forbidden)`,
      ]);
    });
  });

  it("are not what cert-manager makes of the mesh's own Certificate, and what it makes of others'", async () => {
    const of = (name: string): object => ({ "cert-manager.io/certificate-name": name });
    const client = cluster({
      [`${system}/secrets`]: [
        { metadata: { name: "isthmus-intermediate-ca", annotations: of("isthmus-intermediate-ca") } },
        { metadata: { name: "web-tls", annotations: of("web") } },
      ],
    });
    assert.deepEqual((await foreignContents(client, "istiod")).systemNamespace, ["secrets/web-tls"]);
  });
});
