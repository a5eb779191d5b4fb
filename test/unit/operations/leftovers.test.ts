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
