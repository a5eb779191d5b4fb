import assert from "node:assert/strict";
import { statusTable } from "../../../../cli/status-table";
import { isInOrder, type MeshClusterStatus, type MeshStatus } from "../../../../operations/status";
import type { SeenCluster, Unread } from "../../../../operations/status/seen";
import { meshStatus } from "../../../../operations/status/status";
import { externalControlPlane, planOf, primaryRemote, twoPrimaries } from "../../../support/plans";
import { inDays, now, primarySeen } from "./seeing";

const plan = planOf(twoPrimaries);
const style = { colour: false, symbols: false };

/** The status of two primaries of which east shows something else. */
function withEast(changed: Partial<SeenCluster>, mesh = plan): MeshStatus {
  const east = { ...primarySeen("west"), ...changed };
  return meshStatus(
    mesh,
    new Map([
      ["east", east],
      ["west", primarySeen("east")],
    ]),
    now,
  );
}

function eastOf(report: MeshStatus): MeshClusterStatus {
  const east = report.clusters.find(({ cluster }) => cluster === "east");
  assert.ok(east);
  return east;
}

describe("isthmus status", () => {
  it("says of a mesh in order what stands in each cluster", () => {
    const report = withEast({});
    assert.deepEqual(report.networks, [
      { name: "east", clusters: ["east"] },
      { name: "west", clusters: ["west"] },
    ]);
    assert.deepEqual(eastOf(report), {
      cluster: "east",
      status: "in-order",
      role: "primary",
      model: "multi-primary-multi-network",
      network: "east",
      controlPlane: "east",
      kubernetes: "v1.34.2",
      mesh: "mesh1",
      istiods: [{ name: "istiod", version: "1.31.1", replicas: 1, available: 1 }],
      reads: [{ cluster: "west", isSynced: true }],
      eastWestGateway: {
        services: ["istio-eastwestgateway"],
        addresses: ["172.18.11.0"],
        port: 15443,
        isReady: true,
      },
      root: { name: '"Root"', notAfter: "2031-11-28T12:00:00.000Z", daysLeft: 1824, state: "good" },
      intermediate: { name: '"Intermediate"', notAfter: "2027-11-29T12:00:00.000Z", daysLeft: 364, state: "good" },
      readerToken: { name: "first", createdAt: "2026-11-27T12:00:00.000Z", ageDays: 3, isDue: false },
      troubles: [],
      warnings: [],
      unread: [],
    });
    assert.equal(isInOrder(report), true);
    assert.deepEqual(statusTable(report, style).split("\n"), [
      "Mesh mesh1, trust domain mesh1.internal, Istio 1.31.1",
      "Networks: east (east); west (west)",
      "",
      ...["east", "west"].flatMap((name) => [
        `ok     ${name} (primary, network ${name}, Kubernetes v1.34.2)`,
        "      istiod   istiod, 1 of 1 available, Istio 1.31.1",
        `      reads    ${name === "east" ? "west" : "east"} synced`,
        "      gateway  istio-eastwestgateway at 172.18.11.0, port 15443, ready",
        '      root     "Root" ends on 2031-11-28, in 1824 days',
        '      signs    "Intermediate" ends on 2027-11-29, in 364 days',
        "      token    first, 3 days old",
      ]),
      "",
      "2 clusters; all in order",
      "",
    ]);
  });

  const refused = (reason: string): Unread => ({ reason, isByRights: true });
  const failed = (reason: string): Unread => ({ reason, isByRights: false });
  const troubles: readonly (readonly [what: string, seen: Partial<SeenCluster>, said: readonly string[]])[] = [
    [
      "an istiod that is scaled away",
      { istiods: { found: [{ name: "istiod", replicas: 0, available: 0 }] }, reading: { found: [] } },
      ["istiod is scaled to no replicas"],
    ],
    [
      "an istiod that lacks replicas",
      { istiods: { found: [{ name: "istiod", replicas: 2, available: 1 }] } },
      ["1 of 2 replicas of istiod available"],
    ],
    ["no istiod", { istiods: { found: [] }, reading: { found: [] } }, ["no istiod in namespace istio-system"]],
    [
      "a cluster that one pod of istiod does not know",
      {
        reading: {
          found: [
            { pod: "istiod-1", remotes: [{ id: "west", syncStatus: "synced" }] },
            { pod: "istiod-2", remotes: [] },
          ],
        },
      },
      ["istiod-2: west is unknown to it"],
    ],
    [
      "a gateway without an address and without a pod",
      { gateway: { found: { services: ["istio-eastwestgateway"], addresses: [], isReady: false } } },
      ["istio-eastwestgateway has no address from a load balancer", "no pod of istio-eastwestgateway is ready"],
    ],
    [
      "a gateway that is not there",
      { gateway: { found: { services: [], addresses: [], isReady: false } } },
      ["no gateway Service for network east"],
    ],
    [
      "a CA that has ended",
      { intermediate: { found: [{ name: '"Intermediate"', lifetime: { until: inDays(-2) } }] } },
      ['"Intermediate" ended on 2026-11-28'],
    ],
    ["a token that is not there", { tokens: { found: [] } }, ["the token first is not there"]],
    [
      "another mesh's namespace",
      { systemNamespace: { found: { isThere: true, mesh: "mesh2" } } },
      ["namespace istio-system names the mesh mesh2"],
    ],
    [
      "a namespace of no mesh",
      { systemNamespace: { found: { isThere: true } } },
      ["namespace istio-system names no mesh"],
    ],
    [
      "no namespace, and nothing else of what follows",
      { systemNamespace: { found: { isThere: false } }, istiods: { found: [] } },
      ["there is no namespace istio-system: no mesh stands here"],
    ],
    [
      "what was not answered in time",
      { reading: failed("no answer within 5 s") },
      ["what istiod has synced could not be read: no answer within 5 s"],
    ],
  ];
  for (const [what, seen, said] of troubles) {
    it(`finds ${what}`, () => {
      const report = withEast(seen);
      const { status, troubles: found, warnings } = eastOf(report);
      assert.deepEqual({ status, found, warnings }, { status: "trouble", found: said, warnings: [] });
      assert.equal(isInOrder(report), false);
      const table = statusTable(report, style);
      for (const words of said) assert.ok(table.includes(`      wrong: ${words}\n`), table);
      assert.ok(table.endsWith("\n2 clusters; not in order: east\n"), table);
    });
  }

  it("warns of what ends soon, and of a token that is too old", () => {
    const { clusters } = twoPrimaries;
    const aging = planOf({
      ...twoPrimaries,
      clusters: { ...clusters, east: { ...clusters.east, readerTokens: { maximumAgeDays: 2 } } },
    });
    const root = { found: [{ name: '"Root"', lifetime: { from: inDays(-300), until: inDays(20) } }] };
    const report = withEast({ root }, aging);
    const { status, warnings, readerToken } = eastOf(report);
    assert.equal(status, "warning");
    assert.equal(readerToken?.isDue, true);
    assert.deepEqual(warnings, [
      '"Root" ends on 2026-12-20, in 20 days',
      "the token first is 3 days old, which is too old",
    ]);
    assert.equal(isInOrder(report), true);
    assert.ok(statusTable(report, style).endsWith("\n2 clusters; all in order; 1 with a warning\n"));
  });

  it("takes what our user may not read for not known, not for wrong", () => {
    const report = withEast({
      tokens: refused("secrets is forbidden"),
      intermediate: { found: [] },
      root: { found: [] },
    });
    const { status, unread, readerToken } = eastOf(report);
    assert.equal(status, "in-order");
    assert.equal(readerToken, undefined);
    assert.deepEqual(unread, [
      "the reader token could not be read: secrets is forbidden",
      "the root: nobody says it",
      "the CA that istiod signs with: neither the Secret cacerts nor istiod says it",
    ]);
    assert.equal(isInOrder(report), true);
  });

  describe("of a cluster that does not answer", () => {
    const reason = "expected an answer, found none within 5 s. Check the network.";
    const silent = (mesh: typeof plan, seen: readonly (readonly [string, SeenCluster])[]): MeshStatus =>
      meshStatus(mesh, new Map(seen), now);
    const nothing: SeenCluster = { kubernetes: failed(reason), systemNamespace: failed(reason) };
    // From elsewhere it may answer no better.
    const east: SeenCluster = {
      ...primarySeen("west"),
      reading: { found: [{ pod: "istiod-1", remotes: [{ id: "west", syncStatus: "timeout" }] }] },
    };

    it("says so, and that alone; whoever reads it has no trouble of its own", () => {
      const report = silent(plan, [
        ["east", east],
        ["west", nothing],
      ]);
      assert.deepEqual(
        report.clusters.map(({ cluster, status, troubles: said }) => [cluster, status, said]),
        [
          ["east", "in-order", []],
          ["west", "silent", [reason]],
        ],
      );
      assert.deepEqual(eastOf(report).reads, [
        { cluster: "west", isSynced: false, reason: "istiod-1: west is timeout (no secret)" },
      ]);
      assert.equal(isInOrder(report), false);
      const table = statusTable(report, style);
      assert.ok(table.includes(`SILENT west (primary, network west)\n      wrong: ${reason}\n`), table);
    });

    it("is in order where the configuration lets it be missing", () => {
      const { clusters } = twoPrimaries;
      const tolerant = planOf({
        ...twoPrimaries,
        clusters: { ...clusters, west: { ...clusters.west, ifUnreachable: "skip" } },
      });
      const report = silent(tolerant, [
        ["east", east],
        ["west", nothing],
      ]);
      assert.equal(report.clusters[1]?.status, "left-out");
      assert.equal(isInOrder(report), true);
      assert.ok(statusTable(report, style).endsWith("\n2 clusters; all in order; 1 left out\n"));
    });

    it("says why nothing was asked of one that nobody says how to reach", () => {
      const report = silent(plan, [["east", east]]);
      assert.deepEqual(report.clusters[1]?.troubles, ["nobody says how it is reached"]);
    });
  });

  it("has a line for the istiod of another version, and for an istiod that others reach", () => {
    const remote = planOf(primaryRemote);
    const report = meshStatus(
      remote,
      new Map([
        [
          "west",
          {
            ...primarySeen("edge"),
            istiods: { found: [{ name: "istiod", version: "1.30.0", replicas: 1, available: 1 }] },
            exposedIstiod: { found: [] },
          },
        ],
      ]),
      now,
    );
    const west = report.clusters.find(({ cluster }) => cluster === "west");
    assert.deepEqual(west?.troubles, ["istiod-exposed has no address from a load balancer"]);
    const table = statusTable(report, style);
    assert.ok(
      table.includes("istiod   istiod, 1 of 1 available, Istio 1.30.0, where the configuration has 1.31.1\n"),
      table,
    );
    assert.ok(table.includes("exposed  istiod-exposed at no address\n"), table);
    assert.ok(table.includes("SILENT edge (remote, network west, istiod of west)\n"), table);
  });

  it("tells a cluster that only runs a control plane from those of the mesh", () => {
    const report = meshStatus(planOf(externalControlPlane), new Map(), now);
    assert.deepEqual(
      report.clusters.map(({ cluster, controlPlane, network, role }) => ({ cluster, controlPlane, network, role })),
      [
        { cluster: "east", controlPlane: "control", network: "east", role: "remote" },
        { cluster: "control", controlPlane: undefined, network: undefined, role: "external" },
      ],
    );
  });

  it("shows no secret that a cluster's words have", () => {
    const token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl";
    const report = withEast({ gateway: failed(`the proxy said Bearer ${token}`) });
    assert.doesNotMatch(JSON.stringify(report), /eyJ/);
  });
});
