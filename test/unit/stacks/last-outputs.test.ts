import assert from "node:assert/strict";
import { parseLastOutputs } from "../../../stacks/last-outputs";

describe("parseLastOutputs", () => {
  it("knows how the mesh's workloads take calls, and nothing of what no release has said", () => {
    const mtlsOf = (mesh: object): unknown => parseLastOutputs({ mesh, clusters: {}, controlPlanes: {} }).mesh.mtls;
    for (const mtls of ["strict", "permissive", "none"]) assert.equal(mtlsOf({ mtls }), mtls);
    assert.equal(mtlsOf({ mtls: "mutual" }), undefined);
    assert.deepEqual(parseLastOutputs({ mesh: { rootFingerprint: "AA" } }).mesh, { rootFingerprint: "AA" });
  });

  it("tells a stack of 0.1.0 by its silence about control planes", () => {
    assert.equal(parseLastOutputs({ clusters: { east: {} } }).madeBy, "0.1.0");
  });

  it("takes no other stack for one: not a remote cluster's, which has no control plane, and not a new one", () => {
    for (const outputs of [{ clusters: { edge: {} }, controlPlanes: {} }, { clusters: {} }, {}, undefined, "broken"]) {
      assert.equal(parseLastOutputs(outputs).madeBy, undefined, JSON.stringify(outputs));
    }
  });
});
