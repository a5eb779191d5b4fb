import assert from "node:assert/strict";
import { meshWarnings, ownedValues, parseMesh, type MeshConfig } from "../../../topology";
import { valuesOfChangingRoots, valuesOfExternals } from "../../../topology/owned-values";
import { configurationPath } from "../../../topology/path";
import { rules } from "../../../topology/rules";
import { defaultLifetimes } from "../../../topology/rules/trust";
import { externals, mesh, meshOf } from "./meshes";
import { onlyProblem, pathsOf, problemsOf } from "./problems";
import { machineCases } from "./machine-cases";
import { joiningCases, otherCases } from "./rule-cases";

const ruleCases = { ...joiningCases, ...machineCases, ...otherCases };

describe("rules", () => {
  it("have each a case here", () => {
    assert.deepEqual(
      Object.keys(ruleCases),
      rules.map(({ id }) => id),
    );
  });

  for (const [id, [config, problem]] of Object.entries(ruleCases)) {
    it(`${id}: says so when broken, and nothing else does`, () => {
      assert.equal(onlyProblem(config), problem);
    });
  }

  const servedByControl = { controlPlane: "control" } as const;
  const nodePort = { type: "NodePort" as const, addresses: ["203.0.113.10"] };
  for (const [what, config] of [
    ["a root that lives a day longer", mesh({ trust: { rootLifetimeDays: 366 } })],
    ["intermediates that live a day longer than they are renewed", mesh({ trust: { intermediateLifetimeDays: 91 } })],
    ["the oldest Istio", mesh({ istio: { version: "1.30.4", hub: "gcr.io/istio-release" } })],
    ["a mirror of a retired host", mesh({ istio: { version: "1.31.1", hub: "mirror.org/gcr.io/istio-release" } })],
    [
      "values beside those that Isthmus owns",
      mesh({
        istio: {
          version: "1.31.1",
          values: { istiod: { global: { proxy: { resources: {} } }, env: { PILOT_X: "1" }, volumes: [] } },
        },
      }),
    ],
    ["a cluster that names itself as its control plane", meshOf({ east: { controlPlane: "east" } })],
    ["a remote of one that names itself", meshOf({ east: { controlPlane: "east" }, west: { controlPlane: "east" } })],
    ["a cluster called like what every object has", meshOf({ constructor: {}, west: { controlPlane: "constructor" } })],
    [
      "an external control plane whose configuration cluster it serves",
      meshOf({ east: servedByControl }, { externalControlPlanes: externals({ control: { configCluster: "east" } }) }),
    ],
    ["no peers at all", meshOf({ east: { peers: [] }, west: {} })],
    ["a served cluster among the peers", meshOf({ east: { peers: ["west"] }, west: { controlPlane: "east" } })],
    ["the first port of nodes", meshOf({ east: { eastWestGateway: { ...nodePort, port: 30000 } } })],
    ["the last port of nodes", meshOf({ east: { eastWestGateway: { ...nodePort, port: 32767 } } })],
    [
      "IPv6 everywhere",
      meshOf({
        east: {
          network: "a",
          apiServer: { url: "https://[2001:db8::a]:6443" },
          ranges: { pods: ["fd00::/64", "10.1.0.0/16"], services: ["fd00:0:0:1::/112", "10.2.0.0/16"] },
          eastWestGateway: { addresses: ["2001:db8::b", "2001:db8::c"] },
        },
        west: { network: "b", eastWestGateway: { addresses: ["2001:db8::d"] } },
      }),
    ],
    ["host names", meshOf({ east: { exposedIstiod: { address: "istiod.example.org" } } })],
    [
      "one address before the gateways of one network",
      meshOf({
        east: { eastWestGateway: { addresses: ["203.0.113.10"] } },
        west: { eastWestGateway: { addresses: ["203.0.113.10"] } },
      }),
    ],
    [
      "one address for the gateways of two networks at two ports",
      meshOf({
        east: { network: "a", eastWestGateway: { addresses: ["203.0.113.10"], port: 15444 } },
        west: { network: "b", eastWestGateway: { addresses: ["203.0.113.10"] } },
      }),
    ],
    ["an API server on this machine that nobody else reads", meshOf({ east: { apiServer: { url: "https://[::1]" } } })],
    [
      "an API server on this machine that is nobody's peer",
      meshOf({ east: { apiServer: { url: "https://127.0.0.1:6443" } }, west: { peers: [] } }),
    ],
    [
      "two clusters behind one proxy that tells them apart by name",
      meshOf({
        east: { apiServer: { url: "https://proxy.org", tlsServerName: "east.org" } },
        west: { apiServer: { url: "https://proxy.org", tlsServerName: "west.org" } },
      }),
    ],
    [
      "ranges that overlap on different networks",
      meshOf({
        east: { network: "a", ranges: { pods: ["10.1.0.0/16"] } },
        west: { network: "b", ranges: { pods: ["10.1.0.0/16"] } },
      }),
    ],
    [
      "ranges that touch",
      meshOf({ east: { ranges: { pods: ["10.1.0.0/17"] } }, west: { ranges: { pods: ["10.1.128.0/17"] } } }),
    ],
    ["a former name that nobody has", meshOf({ east: { replaces: "old" } })],
    ["a former id", mesh({ replaces: { id: "mesh0" } })],
  ] as const satisfies readonly (readonly [string, MeshConfig])[]) {
    it(`accept ${what}`, () => {
      assert.deepEqual(problemsOf(config), []);
    });
  }

  it("speak of external control planes as of clusters", () => {
    const control = { externalControlPlanes: externals({ control: {} }) };
    for (const [config, problem] of [
      [
        meshOf(
          { east: { ...servedByControl, access: { context: "one" } } },
          { externalControlPlanes: { control: { access: { context: "one" } } } },
        ),
        'isthmus:mesh.externalControlPlanes.control.access.context: expected a context of its own, found the context of cluster east, "one". Name the context of control, or remove one of the two: one cluster can join a mesh only once.',
      ],
      [
        meshOf({ east: { ...servedByControl, peers: [] } }, control),
        "isthmus:mesh.clusters.east.peers: expected nothing, because east runs no istiod, found a list. Write it as isthmus:mesh.externalControlPlanes.control.peers: that istiod serves east.",
      ],
      [
        meshOf({ east: servedByControl, west: { peers: ["control"] } }, control),
        "isthmus:mesh.clusters.west.peers[0]: expected a cluster of the mesh: east, west, found external control plane control, which has no workloads. Name the clusters that are meant, or remove it.",
      ],
      [
        meshOf({ east: { ...servedByControl, apiServer: { url: "https://0.0.0.0:6443" } } }, control),
        'isthmus:mesh.clusters.east.apiServer.url: expected an API server that the other clusters can reach, found "https://0.0.0.0:6443", which is for each of them itself. Write the address at which pods of the other clusters reach it; for kind that is what `kind get kubeconfig --internal` prints.',
      ],
    ] as const satisfies readonly (readonly [MeshConfig, string])[]) {
      assert.equal(onlyProblem(config), problem);
    }
  });

  it("know the hosts that Istio has left as registries of charts too", () => {
    const oci = "oci://gcr.io/istio-release/charts";
    assert.equal(
      onlyProblem(mesh({ istio: { version: "1.31.1", charts: { oci } } })),
      'isthmus:mesh.istio.charts.oci: expected a host that has Istio 1.31 and later, found "oci://gcr.io/istio-release/charts". Remove it to take the default, `https://blob.istio.io/istio-release/charts`: Istio no longer publishes there.',
    );
    assert.deepEqual(
      meshWarnings(parseMesh(mesh({ istio: { version: "1.30.5", charts: { oci } } }))).map(({ path }) => path),
      ["isthmus:mesh.istio.charts.oci"],
    );
  });

  it("compare pods and services of one cluster", () => {
    assert.deepEqual(pathsOf(meshOf({ east: { ranges: { pods: ["fd00::/48"], services: ["fd00::/112"] } } })), [
      "isthmus:mesh.clusters.east.ranges.services[0]",
    ]);
  });

  it("refuse addresses that are good on one cable alone", () => {
    for (const address of ["fe80::1", "FEBF::2", "169.254.10.1"]) {
      assert.deepEqual(
        problemsOf(meshOf({ east: { eastWestGateway: { addresses: ["203.0.113.10", address] } } })).map(
          ({ path, found }) => [path, found],
        ),
        [
          [
            "isthmus:mesh.clusters.east.eastWestGateway.addresses[1]",
            `"${address}", a link-local one, which is good on one cable alone`,
          ],
        ],
      );
    }
  });

  it("know an address however it is written", () => {
    assert.deepEqual(
      pathsOf(
        meshOf({
          east: { network: "a", eastWestGateway: { addresses: ["2001:db8::a"] } },
          west: { network: "b", eastWestGateway: { addresses: ["2001:DB8:0:0::A"] } },
        }),
      ),
      ["isthmus:mesh.clusters.west.eastWestGateway.addresses[0]"],
    );
  });

  it("report a range once, however many others it overlaps", () => {
    const same = { ranges: { pods: ["10.0.0.0/8"] } };
    assert.equal(problemsOf(meshOf({ a: same, b: same, c: same, d: same })).length, 3);
  });

  it("say of a circle of control planes where it is to be opened", () => {
    const circle = meshOf({ east: { controlPlane: "west" }, west: { controlPlane: "east" } });
    assert.deepEqual(
      problemsOf(circle).map(({ path, fix }) => [path, fix]),
      [
        [
          "isthmus:mesh.clusters.east.controlPlane",
          "Name a cluster that runs istiod, or remove `controlPlane` of west.",
        ],
        [
          "isthmus:mesh.clusters.west.controlPlane",
          "Name a cluster that runs istiod, or remove `controlPlane` of east.",
        ],
      ],
    );
  });

  it("judge by the defaults that the schema states", () => {
    const { rootLifetimeDays, intermediateLifetimeDays, renewBeforeDays } = parseMesh(mesh()).trust;
    assert.deepEqual({ rootLifetimeDays, intermediateLifetimeDays, renewBeforeDays }, defaultLifetimes);
  });
});

describe("owned values", () => {
  const nested = (path: string): Record<string, unknown> =>
    path.split(".").reduceRight<unknown>((inner, key) => ({ [key]: inner }), "x") as Record<string, unknown>;

  it("are refused in every chart, for the whole mesh and for a cluster", () => {
    for (const [chart, values] of Object.entries(ownedValues)) {
      for (const { path } of values) {
        const extra = { [chart]: nested(path) };
        assert.deepEqual(pathsOf(mesh({ istio: { version: "1.31.1", values: extra } })), [
          `isthmus:mesh.istio.values.${chart}.${path}`,
        ]);
        assert.deepEqual(pathsOf(meshOf({ east: { values: extra } })), [
          `isthmus:mesh.clusters.east.values.${chart}.${path}`,
        ]);
      }
    }
  });

  it("are refused where the roots may become others, and left to who wants them elsewhere", () => {
    for (const { path } of valuesOfChangingRoots) {
      const istio = { version: "1.31.1", values: { istiod: nested(path) } };
      assert.deepEqual(pathsOf(mesh({ istio })), []);
      for (const trust of [{ roots: "roots.pem" }, { generated: { roots: ["first", "2031"] } }])
        assert.deepEqual(pathsOf(mesh({ istio, trust })), [
          configurationPath("istio", "values", "istiod", ...path.split(".")),
        ]);
    }
  });

  it("are refused for an external control plane, with those that only it has", () => {
    const served = { east: { controlPlane: "control" } };
    for (const { path } of [...ownedValues.istiod, ...valuesOfExternals]) {
      const values = { istiod: nested(path) };
      assert.deepEqual(pathsOf(meshOf(served, { externalControlPlanes: externals({ control: { values } }) })), [
        configurationPath("externalControlPlanes", "control", "values", "istiod", ...path.split(".")),
      ]);
    }
    for (const { path } of valuesOfExternals) {
      const istio = { version: "1.31.1", values: { istiod: nested(path) } };
      assert.deepEqual(pathsOf(meshOf(served, { istio, externalControlPlanes: externals({ control: {} }) })), [
        configurationPath("istio", "values", "istiod", ...path.split(".")),
      ]);
      assert.deepEqual(pathsOf(mesh({ istio })), []);
    }
  });
});
