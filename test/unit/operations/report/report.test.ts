import assert from "node:assert/strict";
import { isReportedWell, meshReport, verdictOf } from "../../../../operations/report";
import { externalControlPlane, fixedGateways, mixed, topologies, twoPrimaries } from "../../../support/plans";
import { reportOf, verified, withStaleToken } from "../../../support/reports";
import { certificate, changed, changedKubeconfigs, changedSystem, healthy } from "../../diagnosis/mesh/healthy";

describe("the report of a mesh", () => {
  it("says of every cluster how it stands, by what its pods, gateways and istiods show", () => {
    const [east] = meshReport({ snapshot: healthy(twoPrimaries) }).clusters;
    assert.deepEqual(east, {
      cluster: "east",
      order: "well",
      role: "primary",
      network: "east",
      controlPlane: "east",
      istiod: { pods: 1, readyPods: 1, versions: ["1.31.1"] },
      signsUntil: "2027-11-01T00:00:00.000Z",
      reads: [{ cluster: "west", isSynced: true }],
      gateway: { addresses: ["198.51.100.7"], port: 15443 },
    });
  });

  it("has fixed addresses of gateways, and a control plane outside of the mesh", () => {
    const [east] = meshReport({ snapshot: healthy(fixedGateways) }).clusters;
    assert.deepEqual(east?.gateway, { addresses: ["203.0.113.10", "203.0.113.11"], port: 31443 });
    const external = meshReport({ snapshot: healthy(externalControlPlane) });
    assert.deepEqual(
      external.clusters.map(({ cluster, controlPlane, network, role }) => [cluster, role, network, controlPlane]),
      [
        ["east", "remote", "east", "control"],
        ["control", "external", undefined, undefined],
      ],
    );
  });

  it("says what is not ready, not synced and without an address", () => {
    const silent = changed(
      changed(
        healthy(twoPrimaries),
        "west",
        changedSystem(() => ({ pods: [], services: [] })),
      ),
      "west",
      ({ istiods = [] }) => ({ istiods: istiods.map((one) => ({ ...one, remotes: [] })) }),
    );
    const west = meshReport({ snapshot: silent }).clusters.find(({ cluster }) => cluster === "west");
    assert.deepEqual(west?.istiod, { pods: 0, readyPods: 0, versions: [] });
    assert.deepEqual(west.reads, [{ cluster: "east", isSynced: false }]);
    assert.deepEqual(west.gateway, { addresses: [], port: 15443 });
    assert.equal(west.order, "wrong");
  });

  it("finds wrong the cluster whose istiod does not read another one, and where nobody could look", () => {
    const orders = meshReport({ snapshot: withStaleToken(twoPrimaries) }).clusters.map(({ order }) => order);
    assert.deepEqual(orders, ["wrong", "well"]);
    const { clusters, ...rest } = healthy(twoPrimaries);
    const unseen = meshReport({ snapshot: { ...rest, clusters: clusters.slice(0, 1) } });
    assert.deepEqual(
      unseen.clusters.map(({ order }) => order),
      ["well", "unseen"],
    );
  });

  it("has every certificate once with all its clusters, tokens that end, and the next end first", () => {
    const soon = "2026-12-10T00:00:00.000Z";
    const past = "2026-11-29T00:00:00.000Z";
    const snapshot = changed(
      changed(healthy(twoPrimaries), "west", ({ authority }) => ({
        authority:
          authority === undefined || authority === "none"
            ? assert.fail()
            : { ...authority, chain: [certificate("intermediate-of-west", { notAfter: soon })] },
      })),
      "east",
      changedKubeconfigs((one) => ({ ...one, tokenEndsAt: past })),
    );
    assert.deepEqual(
      meshReport({ snapshot }).ends.map(({ clusters, daysLeft, kind, name, state }) => [
        kind,
        name,
        clusters.join(" "),
        daysLeft,
        state,
      ]),
      [
        ["token", "istio-remote-clusters", "east west", -2, "past"],
        ["intermediate", "CN=intermediate-of-west", "west", 9, "ending"],
        ["root", "CN=root", "east west", 335, "good"],
        ["intermediate", "CN=intermediate-of-east", "east", 335, "good"],
      ],
    );
  });

  it("says of every pair that knows each other whether calls were answered, and how fast", () => {
    const { calls } = reportOf(twoPrimaries, healthy(twoPrimaries), verified(twoPrimaries, "west"));
    assert.deepEqual(calls, [
      { from: "east", to: "east", outcome: "answered", answered: 4, medianMs: 1.5, slowestMs: 60.5 },
      { from: "east", to: "west", outcome: "answered", answered: 4, medianMs: 2.5, slowestMs: 60.5 },
      ...["east", "west"].map((to) => ({
        from: "west",
        to,
        outcome: "unanswered",
        reason: "no answer from v2: nobody answered; curl: (28) Connection timed out",
      })),
    ]);
    const uncalled = reportOf(twoPrimaries, healthy(twoPrimaries)).calls;
    assert.ok(uncalled.length === 4 && uncalled.every(({ outcome }) => outcome === "not-called"));
  });

  it("comes to a verdict in words", () => {
    const of = (...report: Parameters<typeof reportOf>): string => verdictOf(reportOf(...report)).words;
    assert.equal(
      of(mixed, healthy(mixed), verified(mixed)),
      "Nothing was found to be wrong. Calls: 25 of 25 pairs of clusters answered.",
    );
    assert.equal(
      of(twoPrimaries, withStaleToken(twoPrimaries), verified(twoPrimaries, "west")),
      "1 cause found, 2 checks failed. Calls: 2 of 4 pairs of clusters answered, 2 did not.",
    );
    assert.equal(of(mixed, healthy(mixed)), "Nothing was found to be wrong. No calls were made between clusters.");
    assert.equal(isReportedWell(reportOf(mixed, healthy(mixed))), true);
    assert.equal(isReportedWell(reportOf(mixed, healthy(mixed), verified(mixed, "p1"))), false);
  });

  it("has the same picture from a snapshot as from the plan, but for machines", () => {
    for (const [name, config] of Object.entries(topologies)) {
      const { graph } = meshReport({ snapshot: healthy(config) });
      const planned = reportOf(config, healthy(config)).graph;
      assert.deepEqual(graph, { ...planned, clusters: planned.clusters.map(withoutModel) }, name);
    }
  });
});

function withoutModel(cluster: object): object {
  return Object.fromEntries(Object.entries(cluster).filter(([key]) => key !== "model"));
}
