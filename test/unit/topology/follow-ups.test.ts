import assert from "node:assert/strict";
import { formatProblem } from "../../../topology";
import { externals, mesh, meshOf } from "./meshes";
import { pathsOf, problemsOf } from "./problems";

/** A value where its type would not let it. */
function wrong(value: unknown): never {
  return value as never;
}

const control = { externalControlPlanes: externals({ control: {} }) };

describe("a mistake is reported once", () => {
  for (const [what, config, path] of [
    [
      // 20 days is no more than the default intermediate's 365, but what the user meant for it is not known.
      "a lifetime, beside which another is judged by",
      mesh({ trust: { rootLifetimeDays: 20, intermediateLifetimeDays: wrong("ten") } }),
      "trust.intermediateLifetimeDays",
    ],
    [
      "a misspelt mapping of external control planes, to which a cluster refers",
      { ...meshOf({ east: { controlPlane: "control" } }), externalControlPlane: control.externalControlPlanes },
      "externalControlPlane",
    ],
    [
      "a misspelt control plane, without which the external one serves nobody",
      meshOf({ east: wrong({ controlPlan: "control" }) }, control),
      "clusters.east.controlPlan",
    ],
    [
      "a control plane of the wrong type, without which the configuration cluster is another's",
      meshOf(
        { east: { controlPlane: wrong(7) }, west: { controlPlane: "control" } },
        { externalControlPlanes: externals({ control: { configCluster: "east" } }) },
      ),
      "clusters.east.controlPlane",
    ],
    [
      "an unknown control plane, of a cluster that another names",
      meshOf({ north: {}, east: { controlPlane: "zebra" }, west: { controlPlane: "east" } }),
      "clusters.east.controlPlane",
    ],
    [
      "a cluster without content, which others name",
      mesh({
        clusters: {
          ...meshOf({ east: { peers: ["west"] }, edge: { controlPlane: "west" } }).clusters,
          west: wrong(null),
        },
      }),
      "clusters.west",
    ],
    [
      "a cluster's wrong name, which others have right",
      meshOf({ east: { peers: ["west"] }, WEST: {} }, { namespaces: { shop: { clusters: ["west"] } } }),
      "clusters.WEST",
    ],
    [
      "misspelt addresses of a NodePort",
      meshOf({ east: { eastWestGateway: wrong({ type: "NodePort", port: 31443, adresses: ["203.0.113.10"] }) } }),
      "clusters.east.eastWestGateway.adresses",
    ],
    [
      "a NodePort's port of the wrong type",
      meshOf({ east: { eastWestGateway: { type: "NodePort", port: wrong("p"), addresses: ["203.0.113.10"] } } }),
      "clusters.east.eastWestGateway.port",
    ],
    [
      "a misspelt type of a Service, for whose default the port would be wrong",
      meshOf({ east: { eastWestGateway: { type: wrong("NodePorts"), port: 15021 } } }),
      "clusters.east.eastWestGateway.type",
    ],
    [
      "wrong peers, by which alone an API server is nobody's",
      meshOf({ east: { apiServer: { url: "https://localhost" } }, west: { peers: wrong("none") } }),
      "clusters.west.peers",
    ],
    [
      "a network of the wrong type, on which ranges would overlap",
      meshOf({
        east: { network: wrong({}), ranges: { pods: ["10.0.0.0/8"] } },
        west: { ranges: { pods: ["10.0.0.0/8"] } },
      }),
      "clusters.east.network",
    ],
    [
      "a wrong trust domain, in place of which the default would be the former one",
      mesh({ trustDomain: "-", replaces: { trustDomain: "mesh1.internal" } }),
      "trustDomain",
    ],
    [
      "two names for one thing",
      meshOf(
        { east: {}, control: { controlPlane: "control" } },
        { externalControlPlanes: externals({ control: { access: { context: "another" } } }) },
      ),
      "externalControlPlanes.control",
    ],
    [
      "no clusters, without which an external control plane serves nobody",
      mesh({ clusters: {}, ...control }),
      "clusters",
    ],
  ] as const satisfies readonly (readonly [string, unknown, string])[]) {
    it(what, () => {
      assert.deepEqual(pathsOf(config), [`isthmus:mesh.${path}`], problemsOf(config).map(formatProblem).join("\n"));
    });
  }

  it("but what has nothing to do with it is reported at the same time", () => {
    const config = mesh({ trustDomain: "-", trust: { rootLifetimeDays: 20 } });
    assert.deepEqual(pathsOf(config), ["isthmus:mesh.trustDomain", "isthmus:mesh.trust.rootLifetimeDays"]);
  });

  it("and two clusters of unknown networks are not on one", () => {
    const lost = { network: wrong({}), ranges: { pods: ["10.0.0.0/8"] } };
    assert.deepEqual(pathsOf(meshOf({ east: lost, west: lost })), [
      "isthmus:mesh.clusters.east.network",
      "isthmus:mesh.clusters.west.network",
    ]);
  });

  it("and an address that is everybody's own is not another cluster's as well", () => {
    const eastWestGateway = { addresses: ["127.0.0.1"] };
    const config = meshOf({ east: { network: "a", eastWestGateway }, west: { network: "b", eastWestGateway } });
    assert.deepEqual(pathsOf(config), [
      "isthmus:mesh.clusters.east.eastWestGateway.addresses[0]",
      "isthmus:mesh.clusters.west.eastWestGateway.addresses[0]",
    ]);
  });

  it("and a list keeps the places of its items", () => {
    assert.deepEqual(pathsOf(meshOf({ east: { peers: [wrong(1), "zebra", "west", "west"] }, west: {} })), [
      "isthmus:mesh.clusters.east.peers[0]",
      "isthmus:mesh.clusters.east.peers[1]",
      "isthmus:mesh.clusters.east.peers[3]",
    ]);
  });
});
