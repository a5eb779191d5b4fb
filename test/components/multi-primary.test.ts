import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { selfSignedCertificatePem } from "../support/certificates";
import { isSecret, record, reveal, type RecordedResource } from "../support/mocks";
import { twoPrimaries } from "../support/plans";
import {
  addressOf,
  base64,
  buildMesh,
  crossNetworkParts,
  find,
  gatewayParts,
  intermediateParts,
  kubeconfigsIn,
  listOf,
  memberParts,
  unreadParts,
  provided,
  readingParts,
  rootParts,
  updateOf,
} from "./support";

describe("Mesh of primaries", () => {
  let resources: RecordedResource[];

  before(async () => {
    resources = await updateOf(twoPrimaries);
  });

  it("registers exactly these resources for two primaries on two networks", () => {
    const primary = (cluster: string): string[] => [
      ...memberParts(cluster),
      ...intermediateParts(cluster),
      ...readingParts(cluster),
      ...gatewayParts(cluster),
      ...crossNetworkParts(cluster),
    ];
    assert.deepEqual(listOf(resources), [...rootParts, ...primary("east"), ...primary("west")].sort());
  });

  it("registers no gateway on a mesh of one network, and no remote secret for a cluster alone", async () => {
    const { east, west } = twoPrimaries.clusters;
    const primary = (cluster: string): string[] => [...memberParts(cluster), ...intermediateParts(cluster)];
    assert.deepEqual(
      listOf(await updateOf({ ...twoPrimaries, clusters: { east, west: { ...west, network: "east" } } })),
      [...rootParts, ...["east", "west"].flatMap((cluster) => [...primary(cluster), ...readingParts(cluster)])].sort(),
    );
    assert.deepEqual(
      listOf(await updateOf({ ...twoPrimaries, clusters: { east } })),
      [...rootParts, ...unreadParts("east"), ...intermediateParts("east")].sort(),
    );
  });

  it("gives each istiod the kubeconfigs of its own peers, where they are equally many", async () => {
    const ring = {
      ...twoPrimaries,
      clusters: {
        a: { network: "a", access: { context: "a" }, peers: ["b"] },
        b: { network: "b", access: { context: "b" }, peers: ["c"] },
        c: { network: "c", access: { context: "c" }, peers: ["a"] },
      },
    };
    const made = await updateOf(ring);
    const given = (cluster: string): Record<string, unknown> =>
      kubeconfigsIn(made, `mesh-${cluster}-remote-clusters-secret`);
    for (const [cluster, peer] of [
      ["a", "b"],
      ["b", "c"],
      ["c", "a"],
    ] as const) {
      assert.deepEqual(Object.keys(given(cluster)), [peer]);
      assert.match(JSON.stringify(given(cluster)), new RegExp(`https://${peer}\\.example:6443`));
    }
  });

  it("sends every resource of a cluster through that cluster's provider", () => {
    for (const { name, type, provider } of resources.filter((resource) => resource.type.startsWith("kubernetes:"))) {
      const cluster = name.startsWith("mesh-east-") ? "east" : "west";
      assert.match(provider ?? "", new RegExp(`pulumi:providers:kubernetes::${cluster}::`), `${type} ${name}`);
    }
  });

  it("tells each istiod its own cluster, network, mesh and trust domain", () => {
    for (const cluster of ["east", "west"]) {
      assert.deepEqual(find(resources, `mesh-${cluster}-control-plane-istiod`).inputs, {
        name: "istiod",
        namespace: "istio-system",
        chart: "./charts/istiod",
        timeout: 300,
        values: {
          global: {
            hub: "docker.io/istio",
            meshID: "mesh1",
            multiCluster: { clusterName: cluster },
            network: cluster,
            tag: "1.31.1",
          },
          meshConfig: { trustDomain: "mesh1.internal" },
        },
        compat: "true",
      });
    }
  });

  it("says on the system namespace which mesh, cluster and network it belongs to", () => {
    assert.deepEqual(find(resources, "mesh-west-system-namespace").inputs["metadata"], {
      name: "istio-system",
      labels: { "app.kubernetes.io/managed-by": "isthmus", "topology.istio.io/network": "west" },
      annotations: {
        "isthmus.dev/mesh": "mesh1",
        "isthmus.dev/trust-domain": "mesh1.internal",
        "isthmus.dev/cluster": "west",
      },
    });
  });

  it("gives istiod its intermediate as a secret, with the chain up to the root", () => {
    const { inputs } = find(resources, "mesh-east-system-cacerts");
    assert.ok(isSecret(inputs["data"]), "the Secret's data travels as a secret");
    assert.deepEqual(reveal(inputs["data"]), {
      "ca-cert.pem": base64("CERTIFICATE OF mesh-east-intermediate-certificate\n"),
      "ca-key.pem": base64("KEY OF mesh-east-intermediate-key"),
      "cert-chain.pem": base64(`CERTIFICATE OF mesh-east-intermediate-certificate\n${selfSignedCertificatePem}`),
      "root-cert.pem": base64(selfSignedCertificatePem),
    });
  });

  it("gives each control plane the other's kubeconfig under the other's name, as a secret", () => {
    const { inputs } = find(resources, "mesh-east-remote-clusters-secret");
    assert.deepEqual(inputs["metadata"], {
      name: "istio-remote-clusters",
      namespace: "istio-system",
      labels: { "app.kubernetes.io/managed-by": "isthmus", "istio/multiCluster": "true" },
    });
    assert.ok(isSecret(inputs["data"]));
    const data = reveal(inputs["data"]) as Record<string, string>;
    assert.deepEqual(Object.keys(data), ["west"]);
    assert.deepEqual(JSON.parse(Buffer.from(data["west"] ?? "", "base64").toString()), {
      apiVersion: "v1",
      kind: "Config",
      clusters: [
        {
          name: "west",
          cluster: { "certificate-authority-data": base64("CA"), server: "https://west.example:6443" },
        },
      ],
      contexts: [{ name: "west", context: { cluster: "west", user: "west" } }],
      "current-context": "west",
      users: [{ name: "west", user: { token: "TOKEN OF mesh-west-reader-token" } }],
    });
  });

  it("asks for the token of the account that the base chart made", () => {
    assert.deepEqual(find(resources, "mesh-west-reader-token").inputs, {
      apiVersion: "v1",
      kind: "Secret",
      type: "kubernetes.io/service-account-token",
      metadata: {
        name: "istio-reader-service-account-isthmus",
        namespace: "istio-system",
        labels: { "app.kubernetes.io/managed-by": "isthmus" },
        annotations: { "kubernetes.io/service-account.name": "istio-reader-service-account" },
      },
    });
  });

  it("says each cluster's model, network, gateway and intermediate", async () => {
    let said: unknown;
    await record("update", provided, () => {
      pulumi.output(buildMesh(twoPrimaries).clusters).apply((clusters) => {
        said = clusters;
      });
    });
    const outputs = (cluster: string): unknown => ({
      model: "multi-primary-multi-network",
      network: cluster,
      controlPlane: cluster,
      revision: "default",
      eastWest: { addresses: [addressOf(cluster)], port: 15443 },
      intermediate: { notAfter: "2027-01-01T00:00:00Z", root: undefined },
    });
    assert.deepEqual(said, { east: outputs("east"), west: outputs("west") });
  });
});
