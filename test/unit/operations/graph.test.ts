import assert from "node:assert/strict";
import fc from "fast-check";
import { isDrawable, meshGraph, meshMermaid, type MeshGraph } from "../../../operations/graph";
import { planMesh, parseMesh, type MeshConfig } from "../../../topology";
import { externalControlPlane, fixedGateways, planOf, primaries, twoPrimaries } from "../../support/plans";
import { validConfig } from "../topology/arbitraries";

const mermaidOf = (config: MeshConfig): string[] => meshMermaid(meshGraph(planOf(config))).split("\n");

/** A mesh with a remote cluster and a machine, whose names no word of Mermaid's has. */
const joined = {
  ...twoPrimaries,
  clusters: {
    "eu-west": { network: "a", access: { context: "eu-west" } },
    end: { network: "other", controlPlane: "eu-west", access: { context: "end" } },
  },
  namespaces: { shop: {} },
  machines: {
    "billing-hall": {
      cluster: "eu-west",
      namespace: "shop",
      serviceAccount: "billing",
      address: "10.0.3.7",
      network: "halls",
    },
  },
} satisfies MeshConfig;

describe("the picture of a mesh", () => {
  it("has its networks, clusters, istiods and gateways", () => {
    assert.deepEqual(meshGraph(planOf(joined)), {
      mesh: "mesh1",
      networks: [
        { name: "a", clusters: ["eu-west"], machines: [] },
        { name: "halls", clusters: [], machines: ["billing-hall"] },
        { name: "other", clusters: ["end"], machines: [] },
      ],
      clusters: [
        { name: "end", network: "other", role: "remote", model: "primary-remote-multi-network" },
        { name: "eu-west", network: "a", role: "primary", model: "primary-remote-multi-network" },
      ],
      externalControlPlanes: [],
      machines: [{ name: "billing-hall", network: "halls", cluster: "eu-west" }],
      controlPlanes: [
        {
          cluster: "eu-west",
          kind: "primary",
          configCluster: "eu-west",
          serves: ["end", "eu-west"],
          reads: ["end"],
          isExposed: true,
        },
      ],
      gateways: [
        { cluster: "end", port: 15443, calledFrom: ["a", "halls"] },
        { cluster: "eu-west", port: 15443, calledFrom: ["halls", "other"] },
      ],
    } satisfies MeshGraph);
  });

  it("is a flowchart of Mermaid, whatever hyphens and words of its own names have", () => {
    assert.deepEqual(mermaidOf(joined), [
      "flowchart LR",
      '  subgraph network_a["network a"]',
      '    cluster_eu_2d_west["eu-west<br/>primary, runs istiod"]',
      '    gateway_eu_2d_west["gateway of eu-west<br/>port 15443"]',
      "    gateway_eu_2d_west --- cluster_eu_2d_west",
      "  end",
      '  subgraph network_halls["network halls"]',
      '    machine_billing_2d_hall["billing-hall<br/>machine"]',
      "  end",
      '  subgraph network_other["network other"]',
      '    cluster_end["end<br/>remote"]',
      '    gateway_end["gateway of end<br/>port 15443"]',
      "    gateway_end --- cluster_end",
      "  end",
      "  cluster_eu_2d_west -- serves --> cluster_end",
      "  cluster_eu_2d_west -- serves --> machine_billing_2d_hall",
      "  cluster_eu_2d_west -. reads .-> cluster_end",
      "  network_a == calls ==> gateway_end",
      "  network_halls == calls ==> gateway_end",
      "  network_halls == calls ==> gateway_eu_2d_west",
      "  network_other == calls ==> gateway_eu_2d_west",
      "",
    ]);
  });

  it("has one line for two that read each other, and fixed addresses of gateways", () => {
    const lines = mermaidOf(fixedGateways);
    assert.deepEqual(
      lines.filter((line) => line.includes("read")),
      ["  cluster_east <-. read each other .-> cluster_west"],
    );
    assert.ok(
      lines.includes('    gateway_east["gateway of east<br/>203.0.113.10, 203.0.113.11, port 31443"]'),
      lines.join("\n"),
    );
  });

  it("has a control plane outside of the mesh in no network", () => {
    assert.deepEqual(mermaidOf(externalControlPlane), [
      "flowchart LR",
      '  cluster_control["control<br/>control plane alone"]',
      '  subgraph network_east["network east"]',
      '    cluster_east["east<br/>remote"]',
      "  end",
      "  cluster_control -- serves --> cluster_east",
      "  cluster_control -. takes its configuration from .-> cluster_east",
      "",
    ]);
  });

  it("says names in full, and lets none of them end a label or become markup", () => {
    const [cluster] = meshGraph(planOf(twoPrimaries)).clusters;
    assert.ok(cluster);
    const graph = {
      ...meshGraph(planOf(twoPrimaries)),
      networks: [{ name: 'a"] <b>#1;`', clusters: [], machines: [] }],
    };
    assert.equal(
      meshMermaid(graph).split("\n")[1],
      '  subgraph network_a_22__5d__20__3c_b_3e__23_1_3b__60_["network a#34;#93; #60;b#62;#35;1#59;#96;"]',
    );
  });

  it("is drawn by others up to some size", () => {
    assert.equal(isDrawable(meshGraph(planOf(primaries(10)))), true);
    assert.equal(isDrawable(meshGraph(planOf(primaries(40)))), false);
  });

  it("is the same for the same mesh, and every line has two ends that are there", () => {
    fc.assert(
      fc.property(validConfig, (config) => {
        const text = meshMermaid(meshGraph(planMesh(parseMesh(config))));
        assert.equal(meshMermaid(meshGraph(planMesh(parseMesh(structuredClone(config))))), text);
        const lines = text.trimEnd().split("\n").slice(1);
        const things = lines.flatMap((line) => /^ +(?:subgraph )?(\w+)\["[^"]*"\]$/.exec(line)?.[1] ?? []);
        assert.equal(new Set(things).size, things.length);
        for (const line of lines.filter((one) => !one.includes('["') && one !== "  end")) {
          const ends =
            /^ +(\w+) (?:---|-- \w+ -->|<?-\. [\w ]+ \.->|== \w+ ==>) (\w+)$/.exec(line)?.slice(1) ?? assert.fail(line);
          for (const end of ends) assert.ok(things.includes(end), `${line}: ${end}`);
        }
      }),
      { numRuns: 50 },
    );
  });
});
