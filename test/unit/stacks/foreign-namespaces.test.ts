import assert from "node:assert/strict";
import type { ReachedCluster } from "../../../preflight";
import { foreignNamespaces } from "../../../stacks/foreign-namespaces";
import { parseLastOutputs } from "../../../stacks/last-outputs";

const first = parseLastOutputs(undefined);
const last = (cluster: object): ReturnType<typeof parseLastOutputs> =>
  parseLastOutputs({ clusters: { east: cluster }, controlPlanes: {} });

function adopted(
  systemNamespaceOrigin: ReachedCluster["systemNamespaceOrigin"],
  outputs: ReturnType<typeof parseLastOutputs>,
  site: Parameters<typeof foreignNamespaces>[0] = { name: "east" },
): string {
  const reached = {
    existingNamespaces: [],
    ...(systemNamespaceOrigin === undefined ? {} : { systemNamespaceOrigin }),
  };
  return foreignNamespaces(site, reached, outputs).join();
}

describe("foreignNamespaces", () => {
  it("are those of workloads that are there and the last update did not make", () => {
    const reached = { existingNamespaces: ["shop", "tools"], systemNamespaceOrigin: "made" } as const;
    assert.deepEqual(foreignNamespaces({ name: "east" }, reached, last({ namespaces: ["shop"] })), ["tools"]);
  });

  it("have istio-system at first where somebody else made it, or an update that was killed had adopted it", () => {
    assert.equal(adopted("foreign", first), "istio-system");
    assert.equal(adopted("adopted", first), "istio-system");
    for (const seen of ["absent", "made", undefined] as const) assert.equal(adopted(seen, first), "");
  });

  it("have istio-system later where the last update had, whatever became of its marks", () => {
    const outputs = last({ systemNamespace: "adopted" });
    for (const seen of ["adopted", "foreign", "made", undefined] as const) {
      assert.equal(adopted(seen, outputs), "istio-system");
    }
    assert.equal(adopted("adopted", outputs, { name: "new-east", replaces: "east" }), "istio-system");
    assert.equal(adopted("absent", outputs), "");
  });

  it("never have an istio-system that the stack made, which the change would delete", () => {
    for (const seen of ["adopted", "foreign", "made", undefined] as const) assert.equal(adopted(seen, last({})), "");
  });

  it("know that of a cluster that only runs an istiod too", () => {
    const outputs = parseLastOutputs({ clusters: {}, controlPlanes: { control: { systemNamespace: "adopted" } } });
    assert.equal(adopted(undefined, outputs, { name: "control" }), "istio-system");
    assert.equal(adopted("foreign", parseLastOutputs({ controlPlanes: { control: {} } }), { name: "control" }), "");
  });
});
