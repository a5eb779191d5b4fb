import assert from "node:assert/strict";
import type { MeshConfig } from "../../topology";
import { primaryRemote, sharedExternalControlPlane, twoPrimaries } from "../support/plans";
import { find, updateOf } from "./support";

const namespaces: MeshConfig["namespaces"] = { web: { calls: { namespaces: ["orders"] } } };

/** The Sidecars of a mesh, by their resources' names. */
async function sidecarsOf(config: MeshConfig): Promise<string[]> {
  const resources = await updateOf({ ...config, namespaces });
  return resources.filter(({ type }) => type.endsWith(":Sidecar")).map(({ name }) => name);
}

describe("What the proxies of a namespace are told of", () => {
  it("is a Sidecar in every cluster that holds an istiod's configuration, and in no other", async () => {
    assert.deepEqual(await sidecarsOf(twoPrimaries), [
      "mesh-east-sidecar-scope.web-sidecar",
      "mesh-west-sidecar-scope.web-sidecar",
    ]);
    assert.deepEqual(await sidecarsOf(primaryRemote), ["mesh-west-sidecar-scope.web-sidecar"]);
    assert.deepEqual(await sidecarsOf(sharedExternalControlPlane), ["mesh-east-sidecar-scope.web-sidecar"]);
  });

  it("is marked as ours, for all workloads, and waits for the charts and its namespace", async () => {
    const resources = await updateOf({ ...twoPrimaries, namespaces });
    assert.deepEqual(find(resources, "mesh-east-sidecar-scope.web-sidecar").inputs, {
      apiVersion: "networking.istio.io/v1",
      kind: "Sidecar",
      metadata: { name: "default", namespace: "web", labels: { "app.kubernetes.io/managed-by": "isthmus" } },
      spec: { egress: [{ hosts: ["./*", "istio-system/*", "orders/*"] }] },
    });
    const { waitsFor } = find(resources, "mesh-east-sidecar-scope.web");
    for (const other of ["control-plane-base", "control-plane-istiod", "namespace.web-namespace"])
      assert.ok(waitsFor.includes(`mesh-east-${other}`), other);
  });
});
