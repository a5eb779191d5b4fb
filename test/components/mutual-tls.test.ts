import assert from "node:assert/strict";
import type { MeshConfig } from "../../topology";
import { externalControlPlane, mixed, planOf, quietConfiguration, twoPrimaries } from "../support/plans";
import { find, listOf, updateOf } from "./support";

/** Names of the policies of a mesh, and what they say, one a line. */
async function policiesOf(config: MeshConfig): Promise<string[]> {
  const policies = (await updateOf(config)).filter(({ type }) => type.endsWith(":PeerAuthentication"));
  return policies
    .map(({ inputs, name }) => {
      const { metadata, spec } = inputs as {
        readonly metadata: { readonly name: string; readonly namespace: string };
        readonly spec: { readonly mtls: { readonly mode: string } };
      };
      return `${name}: ${metadata.namespace}/${metadata.name} ${spec.mtls.mode}`;
    })
    .sort();
}

describe("Mutual TLS of a mesh's workloads", () => {
  it("is said in every cluster that holds an istiod's configuration, and in no other", async () => {
    assert.deepEqual(
      await policiesOf({ ...mixed, mtls: "strict" }),
      ["p1", "p2", "p3"].map((name) => `mesh-${name}-mutual-tls-policy: istio-system/default STRICT`),
    );
    assert.deepEqual(await policiesOf({ ...externalControlPlane, mtls: "permissive" }), [
      "mesh-east-mutual-tls-policy: istio-system/default PERMISSIVE",
    ]);
    assert.deepEqual(
      await policiesOf({ ...quietConfiguration, mtls: "strict" }),
      ["east", "west"].map((name) => `mesh-${name}-mutual-tls-policy: istio-system/default STRICT`),
    );
  });

  it("is said of a namespace in it, beside the mesh's", async () => {
    const namespaces: MeshConfig["namespaces"] = { legacy: { mtls: "permissive", clusters: ["west"] }, shop: {} };
    assert.deepEqual(await policiesOf({ ...twoPrimaries, mtls: "strict", namespaces }), [
      "mesh-east-mutual-tls-policy: istio-system/default STRICT",
      "mesh-west-mutual-tls-policy: istio-system/default STRICT",
      "mesh-west-mutual-tls.legacy-policy: legacy/default PERMISSIVE",
    ]);
  });

  it("is nowhere said where the plan leaves it open: a program's mesh, and one of an earlier release", async () => {
    assert.equal(planOf(twoPrimaries).mtls, "unset");
    assert.deepEqual(
      listOf(await updateOf(twoPrimaries)).filter((line) => /mutual-tls|PeerAuthentication/.test(line)),
      [],
    );
  });

  it("is marked as ours, and waits for the charts and for the namespace that it is in", async () => {
    const namespaces = { shop: { mtls: "permissive" } } as const;
    const resources = await updateOf({ ...twoPrimaries, mtls: "strict", namespaces });
    assert.deepEqual(find(resources, "mesh-east-mutual-tls-policy").inputs, {
      apiVersion: "security.istio.io/v1",
      kind: "PeerAuthentication",
      metadata: { name: "default", namespace: "istio-system", labels: { "app.kubernetes.io/managed-by": "isthmus" } },
      spec: { mtls: { mode: "STRICT" } },
    });
    const charts = ["mesh-east-control-plane-base", "mesh-east-control-plane-istiod"];
    for (const [name, others] of [
      ["mesh-east-mutual-tls", charts],
      ["mesh-east-mutual-tls.shop", [...charts, "mesh-east-namespace.shop-namespace"]],
    ] as const) {
      const { waitsFor } = find(resources, name);
      for (const other of others)
        assert.ok(waitsFor.includes(other), `${name} after ${other}, not ${String(waitsFor)}`);
    }
  });

  it("waits for an external istiod that judges what is written to its configuration cluster", async () => {
    const { waitsFor } = find(await updateOf({ ...externalControlPlane, mtls: "strict" }), "mesh-east-mutual-tls");
    assert.ok(waitsFor.includes("mesh-control-control-plane-istiod"), String(waitsFor));
    assert.ok(waitsFor.includes("mesh-east-control-plane-base"), String(waitsFor));
  });
});
