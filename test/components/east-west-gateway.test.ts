import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import type { MeshConfig } from "../../topology";
import { record, type RecordedResource } from "../support/mocks";
import { fixedGateways, twoPrimaries } from "../support/plans";
import { buildMesh, find, listOf, provided, updateOf, valuesOf, type World } from "./support";

type GatewayConfig = NonNullable<MeshConfig["clusters"][string]["eastWestGateway"]>;

/** The two primaries, the gateway of `east` being as given. */
function withGateway(eastWestGateway: GatewayConfig): MeshConfig {
  const { east, west } = twoPrimaries.clusters;
  return { ...twoPrimaries, clusters: { east: { ...east, eastWestGateway }, west } };
}

function serviceOf(resources: readonly RecordedResource[], cluster: string): Record<string, unknown> {
  return find(resources, `mesh-${cluster}-gateway-service`).inputs;
}

const ownLabels = { "app.kubernetes.io/managed-by": "isthmus", app: "istio-eastwestgateway" };
const selector = { istio: "eastwestgateway" };
const statusPort = { name: "status-port", port: 15021, targetPort: 15021, protocol: "TCP" };
const tlsPort = { name: "tls", port: 15443, targetPort: 15443, protocol: "TCP" };

/** The Service of a gateway, as far as it may differ. */
function service(
  labels: Readonly<Record<string, string>>,
  spec: Readonly<Record<string, unknown>>,
  annotations: Readonly<Record<string, string>> = {},
): unknown {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: {
      name: "istio-eastwestgateway",
      namespace: "istio-system",
      labels: { ...ownLabels, ...labels },
      annotations: { ...annotations, "pulumi.com/skipAwait": "true", "helm.sh/resource-policy": "keep" },
    },
    spec: { selector, ...spec },
  };
}

async function eastWestOf(config: MeshConfig, world?: World): Promise<unknown> {
  const said: Record<string, unknown> = {};
  await record("update", provided, () => {
    for (const [name, { eastWest }] of Object.entries(buildMesh(config, world).clusters)) {
      pulumi.output(eastWest).apply((found) => (said[name] = found));
    }
  });
  return said;
}

describe("EastWestGateway", () => {
  it("is a Service that every istiod finds by its network, and a release that makes none", async () => {
    const resources = await updateOf(twoPrimaries);
    assert.deepEqual(
      serviceOf(resources, "east"),
      service({ "topology.istio.io/network": "east" }, { type: "LoadBalancer", ports: [statusPort, tlsPort] }),
    );
    assert.deepEqual(find(resources, "mesh-east-gateway-release").inputs, {
      name: "istio-eastwestgateway",
      namespace: "istio-system",
      chart: "./charts/gateway",
      timeout: 300,
      values: {
        env: { ISTIO_META_REQUESTED_NETWORK_VIEW: "east" },
        readinessProbe: {
          failureThreshold: 60,
          httpGet: { path: "/healthz/ready", port: 15021 },
          periodSeconds: 1,
          timeoutSeconds: 3,
        },
        service: { type: "None" },
      },
      compat: "true",
    });
    assert.deepEqual(find(resources, "mesh-east-cross-network-gateway").inputs, {
      apiVersion: "networking.istio.io/v1",
      kind: "Gateway",
      metadata: {
        name: "cross-network-gateway",
        namespace: "istio-system",
        labels: { "app.kubernetes.io/managed-by": "isthmus" },
      },
      spec: {
        selector,
        servers: [
          {
            port: { number: 15443, name: "tls", protocol: "TLS" },
            tls: { mode: "AUTO_PASSTHROUGH" },
            hosts: ["*.local"],
          },
        ],
      },
    });
  });

  it("lets in the Services of another domain where istiod gives them one", async () => {
    const clusterDomain = "corp.example";
    const values = { istiod: { global: { proxy: { clusterDomain } } } };
    const resources = await updateOf({ ...twoPrimaries, istio: { ...twoPrimaries.istio, values } });
    const { spec } = find(resources, "mesh-east-cross-network-gateway").inputs;
    const { servers } = spec as { readonly servers: readonly { readonly hosts: readonly string[] }[] };
    assert.deepEqual(
      servers.map(({ hosts }) => hosts),
      [["*.corp.example"]],
    );
  });

  it("says the addresses that its load balancer gave", async () => {
    const addresses = (cluster: string): string[] =>
      cluster === "east" ? ["172.18.11.1"] : ["a.example", "b.example"];
    assert.deepEqual(await eastWestOf(twoPrimaries, { addresses }), {
      east: { addresses: ["172.18.11.1"], port: 15443 },
      west: { addresses: ["a.example", "b.example"], port: 15443 },
    });
  });

  it("is told to every istiod where its addresses are fixed, and found by none", async () => {
    const resources = await updateOf(fixedGateways);
    const meshNetworks = {
      east: {
        endpoints: [{ fromRegistry: "east" }],
        gateways: [
          { address: "203.0.113.10", port: 31443 },
          { address: "203.0.113.11", port: 31443 },
        ],
      },
      west: {
        endpoints: [{ fromRegistry: "west" }],
        gateways: [{ address: "gateway.west.example.org", port: 15443 }],
      },
    };
    for (const cluster of ["east", "west"]) {
      const { global } = valuesOf(resources, `mesh-${cluster}-control-plane-istiod`);
      assert.deepEqual((global as Record<string, unknown>)["meshNetworks"], meshNetworks);
    }
    assert.deepEqual(serviceOf(resources, "west"), service({}, { type: "LoadBalancer", ports: [statusPort, tlsPort] }));
    assert.deepEqual(
      serviceOf(resources, "east"),
      service({}, { type: "NodePort", ports: [statusPort, { ...tlsPort, nodePort: 31443 }] }),
    );
  });

  it("asks no load balancer for addresses that are fixed", async () => {
    const addresses = (cluster: string): readonly string[] => {
      throw new Error(`somebody waits for an address in ${cluster}`);
    };
    assert.deepEqual(await eastWestOf(fixedGateways, { addresses }), {
      east: { addresses: ["203.0.113.10", "203.0.113.11"], port: 31443 },
      west: { addresses: ["gateway.west.example.org"], port: 15443 },
    });
  });

  it("says another port than the usual one on its Service, where istiod looks for it", async () => {
    const resources = await updateOf(withGateway({ port: 443 }));
    assert.deepEqual(
      serviceOf(resources, "east"),
      service(
        { "topology.istio.io/network": "east", "networking.istio.io/gatewayPort": "443" },
        { type: "LoadBalancer", ports: [statusPort, { ...tlsPort, port: 443 }] },
      ),
    );
  });

  it("has the annotations, the class and the family that the configuration gives", async () => {
    const annotations = { "example.org/scheme": "internal" };
    const resources = await updateOf(
      withGateway({ annotations, loadBalancerClass: "example.org/nlb", ipFamily: "IPv6" }),
    );
    assert.deepEqual(
      serviceOf(resources, "east"),
      service(
        { "topology.istio.io/network": "east" },
        {
          type: "LoadBalancer",
          loadBalancerClass: "example.org/nlb",
          ipFamilyPolicy: "SingleStack",
          ipFamilies: ["IPv6"],
          ports: [statusPort, tlsPort],
        },
        annotations,
      ),
    );
  });

  it("is the same resources whatever its settings", async () => {
    assert.deepEqual(listOf(await updateOf(fixedGateways)), listOf(await updateOf(twoPrimaries)));
  });
});
