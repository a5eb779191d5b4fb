import assert from "node:assert/strict";
import type { MeshConfig } from "../../topology";
import type { RecordedResource } from "../support/mocks";
import { twoPrimaries } from "../support/plans";
import { find, listOf, updateOf } from "./support";

const described = { cluster: "east", namespace: "shop", serviceAccount: "billing" } as const;

const config: MeshConfig = {
  ...twoPrimaries,
  namespaces: { shop: {} },
  machines: {
    "billing-1": {
      ...described,
      address: "10.0.3.7",
      network: "machines",
      locality: "region/zone",
      ports: { http: 8080 },
      labels: { app: "billing" },
    },
    plain: { ...described, address: "10.0.3.8" },
  },
};

/** A host name would have to stand in istiod's certificate. */
const world = { addresses: () => ["172.18.11.1"] };

describe("Machine", () => {
  let resources: RecordedResource[];

  before(async () => {
    resources = await updateOf(config, world);
  });

  it("adds its entry and the exposed istiod of its cluster, and changes nothing else", async () => {
    const before = await updateOf({ ...config, machines: {} }, world);
    const known = new Set(before.map(({ name }) => name));
    assert.deepEqual(
      listOf(resources.filter(({ name }) => !known.has(name))),
      [
        "isthmus:index:ExposedIstiod mesh-east-exposed-istiod",
        "isthmus:index:Machine mesh-east-machine.billing-1",
        "isthmus:index:Machine mesh-east-machine.plain",
        "kubernetes:core/v1:Service mesh-east-exposed-istiod-service",
        "kubernetes:networking.istio.io/v1:WorkloadEntry mesh-east-machine.billing-1-entry",
        "kubernetes:networking.istio.io/v1:WorkloadEntry mesh-east-machine.plain-entry",
      ].sort(),
    );
    for (const { inputs, name } of before) assert.deepEqual(find(resources, name).inputs, inputs, name);
  });

  it("reaches istiod itself and not its webhooks, which another cluster's API server calls", async () => {
    const portsIn = (made: RecordedResource[]): unknown => {
      const { spec } = find(made, "mesh-east-exposed-istiod-service").inputs as { spec: { ports: { port: number }[] } };
      return spec.ports.map(({ port }) => port);
    };
    assert.deepEqual(portsIn(resources), [15012]);
    const edge = { network: "east", controlPlane: "east", access: { context: "lab-edge" } };
    const served = await updateOf({ ...config, clusters: { ...config.clusters, edge } }, world);
    assert.deepEqual(portsIn(served), [15012, 15017]);
  });

  it("has an entry with what the configuration says, marked as ours", () => {
    const { metadata, spec } = find(resources, "mesh-east-machine.billing-1-entry").inputs;
    assert.deepEqual(metadata, {
      name: "billing-1",
      namespace: "shop",
      labels: { "app.kubernetes.io/managed-by": "isthmus" },
    });
    assert.deepEqual(spec, {
      address: "10.0.3.7",
      network: "machines",
      serviceAccount: "billing",
      labels: { app: "billing" },
      ports: { http: 8080 },
      locality: "region/zone",
    });
  });

  it("is on the network of its cluster unless another is named", () => {
    assert.deepEqual(find(resources, "mesh-east-machine.plain-entry").inputs["spec"], {
      address: "10.0.3.8",
      network: "east",
      serviceAccount: "billing",
    });
  });

  it("gives a mesh of one network gateways only where it is on another", async () => {
    const east = { network: "one", access: { context: "lab-east" } };
    const gatewaysWith = async (network: string): Promise<string[]> => {
      const machine = { ...described, address: "10.0.3.7", network };
      const made = await updateOf({ ...config, clusters: { east }, machines: { machine } });
      return made.map(({ name }) => name).filter((name) => name.endsWith("-gateway-release"));
    };
    assert.deepEqual(await gatewaysWith("one"), []);
    assert.deepEqual(await gatewaysWith("machines"), ["mesh-east-gateway-release"]);
  });
});
