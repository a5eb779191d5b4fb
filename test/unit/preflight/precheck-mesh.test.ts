import assert from "node:assert/strict";
import { formatProblem, systemNamespace, type MeshConfig } from "../../../topology";
import { fakeApiServer, type Cluster } from "../access/fake-api-server";
import { assertNothing, configOf, only, PrecheckBench, token } from "./precheck-support";

/** What a cluster says that has these ranges. */
function withRanges(pods: readonly string[], services: readonly string[]): Partial<Cluster> {
  return {
    objects: {
      "/api/v1/nodes?limit=100": { items: pods.map((range) => ({ spec: { podCIDR: range, podCIDRs: [range] } })) },
      "/apis/networking.k8s.io/v1/servicecidrs": { items: services.map((range) => ({ spec: { cidrs: [range] } })) },
    },
  };
}

describe("precheck of ranges", () => {
  const bench = new PrecheckBench();

  it("compares those that clusters on one network say", async () => {
    const access = [
      await bench.cluster("east", withRanges(["10.1.0.0/24", "10.1.1.0/24"], ["10.96.0.0/12"])),
      await bench.cluster("west", withRanges(["10.2.0.0/24", "10.1.1.0/24"], ["10.200.0.0/16"])),
    ];
    const { problems, warnings } = await bench.check(access);
    assert.match(
      only(problems),
      /^isthmus:mesh\.clusters\.west\.network: .* found 10\.1\.1\.0\/24 \(pods\) overlaps 10\.1\.1\.0\/24 \(pods of east\)\. /,
    );
    assert.deepEqual(warnings, []);
  });

  it("finds nothing where they are apart, where nodes have none, and where Kubernetes does not know them", async () => {
    const { objects } = withRanges(["10.1.0.0/24"], ["10.96.0.0/16"]);
    assertNothing(
      await bench.check([
        await bench.cluster("east", { objects: { ...objects, "/api/v1/nodes?limit=100": { items: [{ spec: {} }] } } }),
        await bench.cluster("west", withRanges(["10.1.0.0/24"], ["10.97.0.0/16"])),
        await bench.cluster("north"),
      ]),
    );
  });

  it("asks only where it matters, and only for what the configuration does not give", async () => {
    const mesh: MeshConfig = configOf("east", "west", "north");
    const server = await bench.opened(fakeApiServer(bench.identity, { token }));
    const { east, north, west } = mesh.clusters;
    assert.ok(east !== undefined && north !== undefined && west !== undefined);
    const given = { pods: ["10.1.0.0/16"] };
    const clusters = { east: { ...east, ranges: given }, west, north: { ...north, network: "b" } };
    for (const [name, asked] of [
      ["east", ["GET /apis/networking.k8s.io/v1/servicecidrs"]],
      ["west", ["GET /api/v1/nodes?limit=100", "GET /apis/networking.k8s.io/v1/servicecidrs"]],
      ["north", []],
    ] as const) {
      const before = server.requests.length;
      await bench.check([bench.access(name, server.url)], { ...mesh, clusters });
      assert.deepEqual(
        server.requests.slice(before).filter((request) => /nodes|servicecidrs/.test(request)),
        asked,
        name,
      );
    }
  });

  it("only warns where a list may not be read", async () => {
    const access = [
      await bench.cluster("east", { statuses: { "/api/v1/nodes?limit=100": 403 } }),
      await bench.cluster("west", withRanges(["10.1.0.0/24"], [])),
    ];
    const { problems, warnings } = await bench.check(access);
    assert.deepEqual(problems.map(formatProblem), []);
    assert.equal(
      only(warnings),
      "isthmus:mesh.clusters.east.ranges.pods: expected a list of the cluster's nodes, to compare its ranges with those of the other clusters on network a, found the answer 403 Forbidden. " +
        "Give the ranges of its pods here, or let the context's user list nodes; until then they are not compared.",
    );
  });
});

describe("precheck of identity", () => {
  const bench = new PrecheckBench();
  const path = `/api/v1/namespaces/${systemNamespace}`;

  function inMesh(
    annotations: Readonly<Record<string, string>>,
    labels = { "app.kubernetes.io/managed-by": "isthmus" },
  ): Partial<Cluster> {
    return { objects: { [path]: { metadata: { labels, annotations } } } };
  }

  const own = {
    "isthmus.dev/mesh": "mesh1",
    "isthmus.dev/trust-domain": "mesh1.internal",
    "isthmus.dev/cluster": "east",
  };

  it("accepts a cluster that is who the plan says, and one that an older Isthmus made", async () => {
    for (const annotations of [own, {}]) {
      assertNothing(await bench.check([await bench.cluster("east", inMesh(annotations))]));
    }
  });

  it("refuses a standing mesh under another trust domain, and only warns when that is confirmed", async () => {
    const changed = { ...configOf("east"), trustDomain: "example.org" };
    const access = [await bench.cluster("east", inMesh(own))];
    assert.match(
      only((await bench.check(access, changed)).problems),
      /^isthmus:mesh\.trustDomain: expected mesh1\.internal/,
    );
    const confirmed = await bench.check(access, { ...changed, replaces: { trustDomain: "mesh1.internal" } });
    assert.deepEqual(confirmed.problems, []);
    assert.match(only(confirmed.warnings), /The change is confirmed/);
  });

  it("knows a mesh that stands in a namespace of somebody else's by its annotations", async () => {
    const foreign = { "app.kubernetes.io/managed-by": "flux" };
    const access = [await bench.cluster("east", inMesh({ ...own, "isthmus.dev/mesh": "mesh9" }, foreign))];
    assert.match(
      only((await bench.check(access)).problems),
      /^isthmus:mesh\.id: expected mesh9, the id of the mesh of east/,
    );
    assertNothing(await bench.check([await bench.cluster("east", inMesh(own, foreign))]));
  });
});
