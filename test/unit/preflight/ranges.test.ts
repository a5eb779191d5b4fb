import assert from "node:assert/strict";
import { overlappingRanges, type ReadRanges } from "../../../preflight/checks/ranges";
import { formatProblem, type MeshConfig } from "../../../topology";
import { planOf } from "../../support/plans";

interface Given {
  readonly network?: string;
  readonly pods?: string[];
  readonly services?: string[];
}

/** A mesh of primaries on network `a`, but for what is said. */
function meshOf(clusters: Readonly<Record<string, Given>>): MeshConfig {
  return {
    id: "mesh1",
    istio: { version: "1.31.1" },
    clusters: Object.fromEntries(
      Object.entries(clusters).map(([name, { network = "a", pods, services }]) => {
        const ranges = { ...(pods === undefined ? {} : { pods }), ...(services === undefined ? {} : { services }) };
        return [name, { network, access: { context: name }, ranges }];
      }),
    ),
  };
}

function overlaps(
  clusters: Readonly<Record<string, Given>>,
  read: Readonly<Record<string, Partial<ReadRanges>>>,
): readonly string[] {
  const said = Object.entries(read).map(([name, { pods = [], services = [] }]) => [name, { pods, services }] as const);
  return overlappingRanges(planOf(meshOf(clusters)), new Map(said)).map(formatProblem);
}

const fix =
  "Give the clusters ranges of their own, or put them on networks of their own; if what was read from a cluster is wrong, state its `ranges`.";

describe("overlappingRanges", () => {
  it("names both clusters and both ranges, whatever kind they are of", () => {
    assert.deepEqual(
      overlaps(
        { east: {}, west: {} },
        {
          east: { pods: ["10.1.0.0/16"], services: ["10.96.0.0/12"] },
          west: { pods: ["10.100.0.0/16"], services: ["10.200.0.0/16"] },
        },
      ),
      [
        `isthmus:mesh.clusters.west.network: expected ranges apart from those of the other clusters on network a, found 10.100.0.0/16 (pods) overlaps 10.96.0.0/12 (services of east). ${fix}`,
      ],
    );
  });

  it("compares what the configuration gives with what was read, and names where it stands", () => {
    assert.deepEqual(overlaps({ east: {}, west: { pods: ["10.1.0.0/16"] } }, { east: { pods: ["10.0.0.0/8"] } }), [
      `isthmus:mesh.clusters.west.ranges.pods: expected ranges apart from those of the other clusters on network a, found 10.1.0.0/16 (pods) overlaps 10.0.0.0/8 (pods of east). ${fix}`,
    ]);
  });

  it("goes by the configuration where both speak", () => {
    assert.deepEqual(
      overlaps(
        { east: { pods: ["10.2.0.0/16"] }, west: {} },
        { east: { pods: ["10.1.0.0/16"] }, west: { pods: ["10.1.0.0/16"] } },
      ),
      [],
    );
  });

  it("takes clusters on networks of their own for apart, and one cluster's ranges for its own affair", () => {
    const same = { pods: ["10.1.0.0/16"], services: ["10.1.0.0/16"] };
    assert.deepEqual(overlaps({ east: {}, west: { network: "b" } }, { east: same, west: same }), []);
  });

  it("takes neighbours for apart, and IPv4 and IPv6", () => {
    assert.deepEqual(
      overlaps(
        { east: {}, west: {} },
        { east: { pods: ["10.1.0.0/17", "fd00:1::/64"] }, west: { pods: ["10.1.128.0/17", "fd00:2::/64", "::/96"] } },
      ),
      [],
    );
    assert.equal(
      overlaps({ east: {}, west: {} }, { east: { pods: ["fd00::/16"] }, west: { pods: ["fd00:2::/64"] } }).length,
      1,
    );
  });

  it("is one problem for each cluster, whatever the number of its nodes", () => {
    const nodes = Array.from({ length: 100 }, (_unused, index) => `10.244.${index}.0/24`);
    const names = ["c1", "c2", "c3", "c4", "c5"];
    const problems = overlaps(
      Object.fromEntries(names.map((name) => [name, {}])),
      Object.fromEntries(names.map((name) => [name, { pods: nodes }])),
    );
    assert.equal(problems.length, 4);
    assert.match(
      problems.at(-1) ?? "",
      /^isthmus:mesh\.clusters\.c5\.network: .* found 10\.244\.0\.0\/24 \(pods\) overlaps 10\.244\.0\.0\/24 \(pods of c1\), .* and 1 more\. /,
    );
  });

  it("finds a range within a wide one though another ended in between", () => {
    assert.equal(
      overlaps(
        { east: {}, north: {}, west: {} },
        { east: { pods: ["10.0.0.0/8"] }, north: { pods: ["9.0.0.0/24"] }, west: { pods: ["10.200.0.0/16"] } },
      ).length,
      1,
    );
  });

  it("passes over what is no range", () => {
    assert.deepEqual(
      overlaps({ east: {}, west: {} }, { east: { pods: ["x", "10.1.0.0"] }, west: { pods: ["10.1.0.0/16"] } }),
      [],
    );
  });
});
