import assert from "node:assert/strict";
import type { RecordedResource } from "../support/mocks";
import { primaryRemote, primaryRemoteNetworks } from "../support/plans";
import {
  crossNetworkParts,
  exposedParts,
  find,
  gatewayParts,
  intermediateParts,
  kubeconfigsIn,
  listOf,
  listOfCluster,
  memberParts,
  unreadParts,
  readingParts,
  rootParts,
  updateOf,
  valuesOf,
} from "./support";

const primaryParts = [
  ...unreadParts("west"),
  ...intermediateParts("west"),
  ...exposedParts("west"),
  ...readingParts("west"),
];

/** What the remote cluster's charts are told whatever the address is. */
function remoteGlobal(network: string, address: string): Record<string, unknown> {
  return {
    configCluster: true,
    hub: "docker.io/istio",
    meshID: "mesh1",
    multiCluster: { clusterName: "edge" },
    network,
    remotePilotAddress: address,
    tag: "1.31.1",
  };
}

describe("Mesh of a primary and a remote", () => {
  let resources: RecordedResource[];

  before(async () => {
    resources = await updateOf(primaryRemote, { addresses: () => ["172.18.11.1"] });
  });

  it("registers exactly these resources on one network: no gateway, and no CA in the remote cluster", () => {
    assert.deepEqual(listOf(resources), [...rootParts, ...primaryParts, ...memberParts("edge")].sort());
  });

  it("registers beside them a gateway in each cluster on two networks, and their configuration in the primary alone", async () => {
    const networks = await updateOf(primaryRemoteNetworks);
    assert.deepEqual(
      listOfCluster(networks, "west"),
      [...primaryParts, ...gatewayParts("west"), ...crossNetworkParts("west")].sort(),
    );
    assert.deepEqual(listOfCluster(networks, "edge"), [...memberParts("edge"), ...gatewayParts("edge")].sort());
  });

  it("names in the remote's namespace the cluster whose istiod may lead there, and in the primary's none", () => {
    const annotationsOf = (cluster: string): unknown =>
      (find(resources, `mesh-${cluster}-system-namespace`).inputs["metadata"] as Record<string, unknown>)[
        "annotations"
      ];
    assert.deepEqual(annotationsOf("edge"), {
      "isthmus.dev/mesh": "mesh1",
      "isthmus.dev/trust-domain": "mesh1.internal",
      "isthmus.dev/cluster": "edge",
      "topology.istio.io/controlPlaneClusters": "west",
    });
    assert.deepEqual(annotationsOf("west"), {
      "isthmus.dev/mesh": "mesh1",
      "isthmus.dev/trust-domain": "mesh1.internal",
      "isthmus.dev/cluster": "west",
    });
  });

  it("gives the remote cluster's charts the profile of a remote, and no revision that nobody validates", () => {
    assert.deepEqual(find(resources, "mesh-edge-control-plane-base").inputs, {
      name: "istio-base",
      namespace: "istio-system",
      chart: "./charts/base",
      timeout: 300,
      values: { profile: "remote", defaultRevision: "" },
      compat: "true",
    });
    assert.deepEqual(valuesOf(resources, "mesh-west-control-plane-base"), {});
  });

  /** Else istiods would take its workloads for ones of `cluster.local`, and callers refuse them. */
  const itsTrustDomain = { configMap: true, meshConfig: { trustDomain: "mesh1.internal" } };

  it("leads the remote cluster to the address of the exposed Service, and says its trust domain there", () => {
    assert.deepEqual(valuesOf(resources, "mesh-edge-control-plane-istiod"), {
      ...itsTrustDomain,
      global: remoteGlobal("west", "172.18.11.1"),
      istiodRemote: { injectionPath: "/inject/cluster/edge/net/west" },
      profile: "remote",
    });
    assert.deepEqual(valuesOf(resources, "mesh-west-control-plane-istiod"), {
      global: {
        externalIstiod: true,
        hub: "docker.io/istio",
        meshID: "mesh1",
        multiCluster: { clusterName: "west" },
        network: "west",
        tag: "1.31.1",
      },
      meshConfig: { trustDomain: "mesh1.internal" },
    });
  });

  it("leads by a URL where the address is a host name, which istiod then has in its certificate", async () => {
    const host = "a1b2.elb.example.com";
    const named = await updateOf(primaryRemote, { addresses: () => [host] });
    assert.deepEqual(valuesOf(named, "mesh-edge-control-plane-istiod"), {
      ...itsTrustDomain,
      global: remoteGlobal("west", host),
      istiodRemote: { injectionURL: `https://${host}:15017/inject/cluster/edge/net/west` },
      profile: "remote",
    });
    assert.deepEqual(valuesOf(named, "mesh-west-control-plane-istiod")["env"], { ISTIOD_CUSTOM_HOST: host });
  });

  it("takes the address that the configuration gives before that of the load balancer", async () => {
    const { edge, west } = primaryRemote.clusters;
    const fixed = await updateOf(
      { ...primaryRemote, clusters: { edge, west: { ...west, exposedIstiod: { address: "203.0.113.11" } } } },
      { addresses: () => ["172.18.11.1"] },
    );
    assert.deepEqual(valuesOf(fixed, "mesh-edge-control-plane-istiod")["global"], remoteGlobal("west", "203.0.113.11"));
  });

  it("leads to an IPv6 address by a Service of that family", async () => {
    const there = await updateOf(primaryRemote, { addresses: () => ["2001:db8::b"] });
    assert.deepEqual(valuesOf(there, "mesh-edge-control-plane-istiod")["global"], {
      ...remoteGlobal("west", "2001:db8::b"),
      ipFamilies: ["IPv6"],
    });
  });

  it("exposes istiod by a Service of its own, with the annotations, class and family that the configuration gives", async () => {
    const { edge, west } = primaryRemote.clusters;
    const exposedIstiod = {
      annotations: { "example.org/scheme": "internal" },
      loadBalancerClass: "example.org/nlb",
      ipFamily: "IPv6" as const,
    };
    const special = await updateOf({ ...primaryRemote, clusters: { edge, west: { ...west, exposedIstiod } } });
    const ports = [
      { name: "tls-istiod", port: 15012, targetPort: 15012, protocol: "TCP" },
      { name: "tls-webhook", port: 15017, targetPort: 15017, protocol: "TCP" },
    ];
    const service = (annotations: Record<string, string>, spec: Record<string, unknown>): unknown => ({
      apiVersion: "v1",
      kind: "Service",
      metadata: {
        name: "istiod-exposed",
        namespace: "istio-system",
        labels: { "app.kubernetes.io/managed-by": "isthmus" },
        annotations: { ...annotations, "pulumi.com/skipAwait": "true" },
      },
      spec: { type: "LoadBalancer", ...spec, selector: { app: "istiod", istio: "pilot" }, ports },
    });
    assert.deepEqual(find(resources, "mesh-west-exposed-istiod-service").inputs, service({}, {}));
    assert.deepEqual(
      find(special, "mesh-west-exposed-istiod-service").inputs,
      service(exposedIstiod.annotations, {
        loadBalancerClass: "example.org/nlb",
        ipFamilyPolicy: "SingleStack",
        ipFamilies: ["IPv6"],
      }),
    );
  });

  it("gives the primary the remote's kubeconfig, and nobody the primary's", () => {
    assert.deepEqual(Object.keys(kubeconfigsIn(resources, "mesh-west-remote-clusters-secret")), ["edge"]);
  });
});
