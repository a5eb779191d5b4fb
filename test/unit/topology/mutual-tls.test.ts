import assert from "node:assert/strict";
import { peerPoliciesIn, withMutualTls, type MeshConfig } from "../../../topology";
import { mixed, planOf, quietConfiguration, twoPrimaries } from "../../support/plans";

describe("withMutualTls", () => {
  const unset = planOf(twoPrimaries);

  it("makes a mesh strict that is made now", () => {
    assert.equal(withMutualTls(unset, {}).mtls, "strict");
  });

  it("leaves one that stands with what it has: nothing, where a release made it that knew no such setting", () => {
    assert.equal(withMutualTls(unset, { rootFingerprint: "AA" }).mtls, "none");
    for (const mtls of ["strict", "permissive", "none"] as const) {
      assert.equal(withMutualTls(unset, { rootFingerprint: "AA", mtls }).mtls, mtls);
    }
  });

  it("goes by the configuration before anything else", () => {
    for (const mtls of ["strict", "permissive"] as const) {
      const plan = planOf({ ...twoPrimaries, mtls });
      for (const said of [{}, { rootFingerprint: "AA" }, { rootFingerprint: "AA", mtls: "none" } as const]) {
        assert.equal(withMutualTls(plan, said).mtls, mtls);
      }
    }
  });
});

describe("peerPoliciesIn", () => {
  const everywhere = (config: MeshConfig, names: readonly string[]): object => {
    const plan = planOf(config);
    return Object.fromEntries(names.map((name) => [name, peerPoliciesIn(plan, name)]));
  };

  it("are where an istiod's configuration is, the mesh's and those of the namespaces that are there", () => {
    const namespaces: MeshConfig["namespaces"] = { legacy: { mtls: "permissive", clusters: ["p3", "r3"] }, shop: {} };
    const ofMesh = { namespace: "istio-system", mode: "strict" };
    assert.deepEqual(everywhere({ ...mixed, mtls: "strict", namespaces }, ["p1", "p2", "p3", "r1", "r3"]), {
      p1: [ofMesh],
      p2: [ofMesh],
      p3: [ofMesh, { namespace: "legacy", mode: "permissive" }],
      r1: [],
      r3: [],
    });
    assert.deepEqual(everywhere({ ...quietConfiguration, mtls: "strict" }, ["east", "edge", "west", "control"]), {
      east: [ofMesh],
      edge: [],
      west: [ofMesh],
      control: [],
    });
  });

  it("are those of namespaces alone where the mesh has none", () => {
    const config: MeshConfig = { ...twoPrimaries, namespaces: { vault: { mtls: "strict" } } };
    const plan = planOf(config);
    assert.deepEqual(peerPoliciesIn(plan, "east"), [{ namespace: "vault", mode: "strict" }]);
    assert.deepEqual(peerPoliciesIn(planOf(twoPrimaries), "east"), []);
  });
});
