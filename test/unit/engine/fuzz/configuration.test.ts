import assert from "node:assert/strict";
import { changed, isValid, settled, standingOf, type Standing } from "../../../engine/fuzz/configuration";
import type { Change } from "../../../engine/fuzz/case";
import { paperCluster, type PaperConfig } from "../../../engine/paper/mesh";

const two: PaperConfig = { id: "mesh1", clusters: { east: paperCluster("east"), west: paperCluster("west") } };

/** The standing after changes, none of which an update has brought about. */
function after(...changes: readonly Change[]): Standing | undefined {
  return changes.reduce<Standing | undefined>(
    (standing, change) => standing && changed(standing, change),
    standingOf(two),
  );
}

const rename: Change = { kind: "rename", cluster: "west", to: "paris" };
const remove: Change = { kind: "remove", cluster: "west" };
const serve = (cluster: string, controlPlane: string): Change => ({ kind: "control-plane", cluster, controlPlane });
const add = (cluster: string, context: string): Change => ({ kind: "add", cluster, context, network: "n1" });

describe("the configuration of a case of the fuzzer", () => {
  it("confirms a new name until an update has succeeded", () => {
    const renamed = after(rename);
    assert.ok(renamed !== undefined);
    assert.equal(renamed.config.clusters["paris"]?.replaces, "west");
    assert.equal(settled(renamed).config.clusters["paris"]?.replaces, undefined);
    assert.deepEqual(Object.keys(settled(renamed).open), ["east", "paris"]);
  });

  it("lets a new name follow those whom the cluster serves", () => {
    const renamed = after(serve("east", "west"), rename);
    assert.equal(renamed?.config.clusters["east"]?.controlPlane, "paris");
  });

  it("has an external control plane as long as it serves anybody, with the configuration where it was", () => {
    const served = after(serve("west", "control"), serve("east", "control"));
    assert.equal(served?.config.externalControlPlanes?.["control"]?.configCluster, "west");
    assert.ok(isValid(served.config));
    const left = after(serve("west", "control"), serve("east", "control"), { kind: "control-plane", cluster: "west" });
    assert.equal(left?.config.externalControlPlanes?.["control"]?.configCluster, "east");
    const none = after(serve("west", "control"), { kind: "control-plane", cluster: "west" });
    assert.equal(none?.config.externalControlPlanes, undefined);
  });

  it("takes neither the name nor the context of a cluster that has not left yet", () => {
    assert.equal(after(remove, add("west", "new")), undefined);
    assert.equal(after(remove, add("new", "west")), undefined);
    assert.ok(after(remove, add("west", "west")) !== undefined);
    const gone = after(remove);
    assert.ok(gone !== undefined && changed(settled(gone), add("new", "west")) !== undefined);
  });

  const impossible: readonly [string, readonly Change[]][] = [
    ["a rename of what is not renamed yet", [rename, { kind: "rename", cluster: "paris", to: "oslo" }]],
    ["a removal of what is not renamed yet", [rename, { kind: "remove", cluster: "paris" }]],
    ["a name that another one has", [{ kind: "rename", cluster: "west", to: "east" }]],
    ["a removal of whom others need", [serve("east", "west"), remove]],
    ["a removal of the last one", [remove, { kind: "remove", cluster: "east" }]],
    ["a control plane that has none itself", [serve("east", "west"), serve("west", "east")]],
  ];
  for (const [title, changes] of impossible) {
    it(`knows no ${title.replace(/^a /, "")}`, () => assert.equal(after(...changes), undefined));
  }
});
