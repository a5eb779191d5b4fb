import assert from "node:assert/strict";
import type { MeshConfig } from "../../topology";
import { primaryRemote, sharedExternalControlPlane, twoPrimaries } from "../support/plans";
import { find, updateOf } from "./support";

const namespaces: MeshConfig["namespaces"] = { shop: {}, web: { dnsCapture: "all-pods" } };

/** The ProxyConfigs of a mesh, by their resources' names. */
async function proxyConfigsOf(config: MeshConfig): Promise<string[]> {
  const resources = await updateOf({ namespaces, ...config });
  return resources.filter(({ type }) => type.endsWith(":ProxyConfig")).map(({ name }) => name);
}

describe("Which sidecars answer DNS", () => {
  it("is a ProxyConfig in every cluster that holds an istiod's configuration, and in no other", async () => {
    assert.deepEqual(await proxyConfigsOf(twoPrimaries), [
      "mesh-east-dns-capture.web-proxy-config",
      "mesh-west-dns-capture.web-proxy-config",
    ]);
    assert.deepEqual(await proxyConfigsOf(primaryRemote), ["mesh-west-dns-capture.web-proxy-config"]);
    assert.deepEqual(await proxyConfigsOf(sharedExternalControlPlane), ["mesh-east-dns-capture.web-proxy-config"]);
  });

  it("is none where the mesh has it so for all", async () => {
    assert.deepEqual(await proxyConfigsOf({ ...twoPrimaries, globalServices: { dnsCapture: "all-pods" } }), []);
  });

  it("is marked as ours, for all pods of the namespace, and waits for the charts and its namespace", async () => {
    const resources = await updateOf({ ...twoPrimaries, namespaces });
    assert.deepEqual(find(resources, "mesh-east-dns-capture.web-proxy-config").inputs, {
      apiVersion: "networking.istio.io/v1beta1",
      kind: "ProxyConfig",
      metadata: { name: "dns-capture", namespace: "web", labels: { "app.kubernetes.io/managed-by": "isthmus" } },
      spec: { environmentVariables: { ISTIO_META_DNS_CAPTURE: "true" } },
    });
    const { waitsFor } = find(resources, "mesh-east-dns-capture.web");
    for (const other of ["control-plane-base", "control-plane-istiod", "namespace.web-namespace"])
      assert.ok(waitsFor.includes(`mesh-east-${other}`), other);
  });
});
