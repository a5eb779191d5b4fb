import assert from "node:assert/strict";
import fc from "fast-check";
import { parseMesh, planMesh, planWithout, withDependents, type MeshConfig, type MeshPlan } from "../../../topology";
import { validConfig } from "./arbitraries";
import { externals, meshOf } from "./meshes";

function planOf(config: MeshConfig): MeshPlan {
  return planMesh(parseMesh(config));
}

describe("withDependents", () => {
  const plan = planOf(
    meshOf(
      {
        east: {},
        edge: { controlPlane: "east" },
        north: { controlPlane: "control" },
        west: { controlPlane: "control" },
      },
      { externalControlPlanes: externals({ control: { configCluster: "west" } }) },
    ),
  );

  for (const [gone, all] of [
    [[], []],
    [["edge"], ["edge"]],
    [["east"], ["east", "edge"]],
    [["north"], ["north"]],
    [["west"], ["control", "north", "west"]],
    [["control"], ["control", "north", "west"]],
    [
      ["east", "west"],
      ["control", "east", "edge", "north", "west"],
    ],
  ] as const) {
    it(`without ${gone.join(", ") || "nothing"} there is no ${all.join(", ") || "less"}`, () => {
      assert.deepEqual(withDependents(plan, new Set(gone)), all);
    });
  }
});

describe("planWithout", () => {
  it("is the same plan without nothing", () => {
    fc.assert(
      fc.property(validConfig, (config) => {
        const plan = planOf(config);
        assert.deepEqual(planWithout(plan, []), plan);
      }),
    );
  });

  it("leaves no trace of what is gone but what stays is called as before, and takes out a cluster with its gateways", () => {
    const config = meshOf(
      {
        east: { network: "east" },
        edge: { network: "west", eastWestGateway: { addresses: ["203.0.113.1"] } },
        west: { network: "west", eastWestGateway: { addresses: ["203.0.113.2"] } },
      },
      { namespaces: { shop: {}, pay: { clusters: ["edge"] } } },
    );
    const plan = planWithout(planOf(config), ["edge"]);
    assert.deepEqual(
      plan.controlPlanes.map(({ name, reads, fixedNetworks }) => [name, reads, fixedNetworks["west"]]),
      ["east", "west"].map((name) => [
        name,
        [name === "east" ? "west" : "east"],
        { clusters: ["west"], gateways: [{ address: "203.0.113.2", port: 15443 }] },
      ]),
    );
    assert.deepEqual(
      plan.namespaces.map(({ name, clusters }) => [name, clusters]),
      [
        ["pay", []],
        ["shop", ["east", "west"]],
      ],
    );
    assert.ok(!JSON.stringify(plan).includes("edge"));
  });

  it("knows no network any more whose last cluster is gone", () => {
    const config = meshOf({
      east: { network: "east" },
      west: { network: "west", eastWestGateway: { addresses: ["203.0.113.2"] } },
    });
    assert.deepEqual(planWithout(planOf(config), ["west"]).controlPlanes[0]?.fixedNetworks, {});
  });

  it("refers to nothing that is gone, whatever goes with all that depends on it", () => {
    fc.assert(
      fc.property(validConfig, fc.array(fc.nat(), { maxLength: 3 }), (config, chosen) => {
        const plan = planOf(config);
        const sites = [...plan.clusters, ...plan.externalControlPlanes].map(({ name }) => name);
        const gone = withDependents(plan, new Set(chosen.map((index) => sites[index % sites.length] ?? "")));
        const rest = planWithout(plan, gone);
        const names = new Set([...rest.clusters, ...rest.externalControlPlanes].map(({ name }) => name));
        assert.equal(names.size, sites.length - gone.length);
        const named = [
          ...rest.clusters.flatMap(({ controlPlane, configCluster, reaches }) => [
            controlPlane,
            configCluster,
            ...reaches,
          ]),
          ...rest.controlPlanes.flatMap(({ name, configCluster, serves, reads, fixedNetworks }) => [
            name,
            configCluster,
            ...serves,
            ...reads,
            ...Object.values(fixedNetworks).flatMap(({ clusters }) => clusters),
          ]),
          ...rest.namespaces.flatMap(({ clusters }) => clusters),
        ];
        assert.deepEqual(
          named.filter((name) => !names.has(name)),
          [],
        );
      }),
    );
  });
});
