import assert from "node:assert/strict";
import { diagnose, type MeshSnapshot } from "../../../../diagnosis";
import { primaryRemoteNetworks } from "../../../support/plans";
import { both, mesh, notReady, unsynced, type Change } from "./changes";
import { certificate, changed, changedKubeconfigs, healthy } from "./healthy";

const causesIn = (snapshot: MeshSnapshot): string[] =>
  diagnose(snapshot).firstCauses.map(({ clusters, id }) => [id, ...clusters].join(" "));

const belonging =
  (id: string, cluster?: string): Change =>
  () => ({ membership: { mesh: id, ...(cluster === undefined ? {} : { cluster }) } });

/** A cluster in which nothing is as this mesh has it. */
const strange: Change = both(
  () => ({
    meshConfig: { meshId: "mesh2", trustDomain: "mesh2.internal" },
    publishedRoots: [certificate("other")],
    namespaces: [{ name: "istio-system", labels: { "topology.istio.io/network": "elsewhere" } }],
    accountTokens: [],
    remoteKubeconfigs: [],
  }),
  notReady("istio-eastwestgateway", "scaled"),
);

describe("a cluster that is not the one of the mesh's file", () => {
  it("is the cause of all that is wrong with it, and of nothing in other clusters", () => {
    const taken = changed(healthy(mesh), "west", both(strange, belonging("mesh2", "south")));
    assert.deepEqual(causesIn(taken), ["another-cluster west"]);
    const { consequences, firstCauses } = diagnose(taken);
    assert.ok(consequences.length > 5);
    assert.match(firstCauses[0]?.found ?? "", /belongs to the mesh mesh2, as its cluster south, by another stack/);
    assert.deepEqual(firstCauses[0]?.proof, [
      "namespace istio-system: isthmus.dev/mesh=mesh2",
      "namespace istio-system: isthmus.dev/cluster=south",
    ]);
    const andMore = changed(taken, "east", both(unsynced, notReady("istiod", "scaled")));
    assert.deepEqual(causesIn(andMore), ["another-cluster west", "istiod-down east"]);
    // Without its mark it is many faults.
    assert.ok(causesIn(changed(healthy(mesh), "west", strange)).length > 4);
  });

  it("is one of the same mesh where contexts are mixed up, or it has another name there", () => {
    const mixed = changed(
      changed(healthy(mesh), "west", belonging("mesh1", "east")),
      "east",
      belonging("mesh1", "west"),
    );
    assert.deepEqual(causesIn(mixed), ["another-cluster east", "another-cluster west"]);
    assert.match(diagnose(mixed).firstCauses[0]?.found ?? "", /knows as west: the contexts of two clusters/);
    const other = changed(healthy(mesh), "west", belonging("mesh1", "south"));
    assert.match(diagnose(other).firstCauses[0]?.found ?? "", /belongs to the mesh as south, and not as west/);
  });

  it("is none where it says nothing, says what the file says, or what the file replaces", () => {
    for (const change of [belonging("mesh1"), belonging("mesh1", "west"), () => ({ membership: undefined })]) {
      assert.deepEqual(causesIn(changed(healthy(mesh), "west", change)), []);
    }
    const renamed = { ...mesh, replaces: { id: "mesh0" } };
    assert.deepEqual(causesIn(changed(healthy(renamed), "west", belonging("mesh0", "west"))), []);
    const { east, west } = mesh.clusters;
    assert.ok(east && west);
    const moved = { ...mesh, clusters: { east, west: { ...west, replaces: "south" } } };
    assert.deepEqual(causesIn(changed(healthy(moved), "west", belonging("mesh1", "south"))), []);
  });

  it("is judged by its mesh alone where no file says its name, and not where no id is known", () => {
    const found = (snapshot: MeshSnapshot, id: string): MeshSnapshot => ({
      ...snapshot,
      mesh: { ...snapshot.mesh, id, origin: "clusters" },
    });
    const named = changed(healthy(primaryRemoteNetworks), "edge", belonging("mesh1", "south"));
    assert.deepEqual(causesIn(found(named, "mesh1")), []);
    assert.deepEqual(causesIn(found(named, "")), []);
    const ofAnother = changed(
      healthy(mesh),
      "west",
      both(
        belonging("mesh2"),
        changedKubeconfigs((one) => ({ ...one, token: "secret:9" })),
      ),
    );
    assert.deepEqual(causesIn(found(ofAnother, "mesh1")), ["another-cluster west"]);
    assert.match(diagnose(found(ofAnother, "mesh1")).firstCauses[0]?.fix ?? "", /^Leave out the contexts/);
  });
});
