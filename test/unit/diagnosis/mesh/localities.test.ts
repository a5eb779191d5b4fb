import assert from "node:assert/strict";
import { diagnose, type LocalityRuleSeen, type MeshSnapshot } from "../../../../diagnosis";
import { primaryRemoteNetworks } from "../../../support/plans";
import { localityRule, mesh } from "./changes";
import { changed, changedPolicies, healthy } from "./healthy";

const causesIn = (snapshot: MeshSnapshot): string[] =>
  diagnose(snapshot).firstCauses.map(({ clusters, id }) => [id, ...clusters].join(" "));

/** A mesh whose east has a rule. */
const withRule = (change: Partial<LocalityRuleSeen>, snapshot = healthy(mesh)): MeshSnapshot =>
  changed(snapshot, "east", changedPolicies({ localityRules: [localityRule(change)] }));

const at = (snapshot: MeshSnapshot, name: string, ...localities: readonly string[]): MeshSnapshot =>
  changed(snapshot, name, () => ({ localities }));

describe("a rule that sends calls to some localities alone", () => {
  const toOwn = { distribute: [{ from: "east/*", to: ["east/*"] }] };

  it("hides what others have where it names none of theirs, with where their nodes are", () => {
    const snapshot = withRule(toOwn);
    assert.deepEqual(causesIn(snapshot), ["locality-distribute east"]);
    const [cause] = diagnose(snapshot).firstCauses;
    assert.match(cause?.found ?? "", /no call from east goes to west, even when nothing answers in east$/);
    assert.deepEqual(cause?.proof, [
      "DestinationRule near in shop for basket: from east/* to east/* alone",
      "east: nodes in east/east",
      "west: nodes in west/west",
    ]);
    assert.match(cause.fix, /`kubectl --namespace shop edit destinationrule near`/);
  });

  it("hides them as well where their nodes do not say their region, and for all services where the mesh's own says so", () => {
    const unlabelled = withRule({ distribute: [{ from: "*", to: ["east", "west"] }] }, at(healthy(mesh), "west", ""));
    assert.deepEqual(causesIn(unlabelled), ["locality-distribute east"]);
    assert.ok(diagnose(unlabelled).firstCauses[0]?.proof.includes("west: no node says its region"));
    const ofAll = changed(healthy(mesh), "east", ({ meshConfig }) => ({
      meshConfig: { ...(meshConfig === "none" ? {} : meshConfig), ...toOwn },
    }));
    assert.deepEqual(causesIn(ofAll), ["locality-distribute east"]);
    assert.match(diagnose(ofAll).firstCauses[0]?.proof.join() ?? "", /^ConfigMap istio: from east/);
  });

  it("is judged for each cluster that goes by the configuration", () => {
    const ofWest = (to: readonly string[]): MeshSnapshot =>
      changed(
        healthy(primaryRemoteNetworks),
        "west",
        changedPolicies({ localityRules: [localityRule({ distribute: [{ from: "*", to }] })] }),
      );
    const ofEdge = healthy(primaryRemoteNetworks).clusters.find(({ cluster }) => cluster === "edge")?.localities ?? [];
    assert.deepEqual(causesIn(ofWest(ofEdge)), ["locality-distribute west"]);
    assert.match(diagnose(ofWest(ofEdge)).firstCauses[0]?.found ?? "", /no call from edge goes to /);
  });

  it("hides nothing where it names one of them, does not hold for who calls, or is for another host", () => {
    const harmless: readonly Partial<LocalityRuleSeen>[] = [
      { distribute: [{ from: "east", to: ["east", "west"] }] },
      { distribute: [{ from: "east", to: ["*"] }] },
      { distribute: [{ from: "east", to: ["east/east", "west/west/*"] }] },
      { distribute: [{ from: "north", to: ["north"] }] },
      // The first one counts.
      { distribute: [{ from: "east", to: ["west"] }, ...toOwn.distribute] },
      { ...toOwn, host: "bank.example.org" },
      { ...toOwn, host: "other" },
    ];
    for (const change of harmless) assert.deepEqual(causesIn(withRule(change)), [], JSON.stringify(change));
    // Clusters of one region.
    assert.deepEqual(causesIn(withRule(toOwn, at(healthy(mesh), "west", "east/b"))), []);
    // Nobody could read where the nodes are.
    assert.deepEqual(causesIn(withRule(toOwn, at(healthy(mesh), "west"))), []);
  });
});

describe("an order of localities", () => {
  const byRegion = { orderedBy: ["topology.kubernetes.io/region"] };

  it("has no effect without outlier detection", () => {
    for (const orderedBy of [byRegion.orderedBy, ["topology.istio.io/cluster"]]) {
      const snapshot = withRule({ orderedBy });
      assert.deepEqual(causesIn(snapshot), ["locality-failover east"]);
      assert.match(
        diagnose(snapshot).firstCauses[0]?.fix ?? "",
        /^Add trafficPolicy\.outlierDetection to it: `kubectl/,
      );
    }
  });

  it("has none either by regions that no node says", () => {
    const snapshot = withRule({ ...byRegion, hasOutlierDetection: true }, at(healthy(mesh), "east", ""));
    assert.deepEqual(causesIn(snapshot), ["locality-failover east"]);
    assert.deepEqual(diagnose(snapshot).firstCauses[0]?.proof, [
      "DestinationRule near in shop for basket: ordered by topology.kubernetes.io/region, with outlierDetection",
      "east: no node says its region",
    ]);
  });

  it("is followed with outlier detection, and is none where nothing is ordered", () => {
    const byCluster = { orderedBy: ["topology.istio.io/cluster"], hasOutlierDetection: true };
    const harmless: readonly MeshSnapshot[] = [
      withRule({ ...byRegion, hasOutlierDetection: true }),
      withRule(byCluster, at(healthy(mesh), "east", "")),
      withRule({}),
      // Weights come before an order, which is passed over with them.
      withRule({ ...byRegion, distribute: [{ from: "*", to: ["*"] }] }),
      withRule({ ...byRegion, host: "bank.example.org" }),
    ];
    for (const [index, snapshot] of harmless.entries()) assert.deepEqual(causesIn(snapshot), [], String(index));
  });
});
