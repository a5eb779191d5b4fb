import assert from "node:assert/strict";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { Mesh } from "../../components";
import type { MeshPlan } from "../../topology";
import { isSecret, record, reveal, type RecordedResource } from "../support/mocks";
import { planOf, twoPrimaries } from "../support/plans";
import { selfSignedCertificatePem } from "../support/certificates";

const base64 = (text: string): string => Buffer.from(text).toString("base64");

/** What the providers would answer; certificates are real where the program reads them. */
function outputs(args: pulumi.runtime.MockResourceArgs): Record<string, unknown> {
  switch (args.type) {
    case "tls:index/privateKey:PrivateKey":
      return { privateKeyPem: `KEY OF ${args.name}` };
    case "tls:index/certRequest:CertRequest":
      return { certRequestPem: `REQUEST OF ${args.name}` };
    case "tls:index/selfSignedCert:SelfSignedCert":
      return { certPem: selfSignedCertificatePem };
    case "tls:index/locallySignedCert:LocallySignedCert":
      return { certPem: `CERTIFICATE OF ${args.name}\n`, validityEndTime: "2027-01-01T00:00:00Z" };
    case "kubernetes:helm.sh/v3:Release":
      return { id: `istio-system/${String((args.inputs as Record<string, unknown>)["name"])}` };
    case "kubernetes:core/v1:Secret":
      return args.name.endsWith("-token")
        ? { data: { "ca.crt": base64("CA"), token: base64(`TOKEN OF ${args.name}`) } }
        : {};
    default:
      return {};
  }
}

function build(plan: MeshPlan): Mesh {
  return new Mesh("mesh", {
    plan,
    clusters: Object.fromEntries(
      plan.clusters.map(({ name }) => [
        name,
        {
          provider: new kubernetes.Provider(name, { clusterIdentifier: name }),
          server: `https://${name}.example:6443`,
          readService: (namespace, service) =>
            Promise.resolve(
              namespace === "istio-system" && service === "istio-eastwestgateway"
                ? { status: { loadBalancer: { ingress: [{ ip: `172.18.11.${name === "east" ? "1" : "2"}` }] } } }
                : undefined,
            ),
        },
      ]),
    ),
  });
}

const perCluster = (cluster: string): string[][] => [
  ["isthmus:index:SystemNamespace", `mesh-${cluster}-system`],
  ["isthmus:index:ControlPlane", `mesh-${cluster}-control-plane`],
  ["isthmus:index:EastWestGateway", `mesh-${cluster}-gateway`],
  ["isthmus:index:IntermediateCa", `mesh-${cluster}-intermediate`],
  ["isthmus:index:ReaderAccount", `mesh-${cluster}-reader`],
  ["isthmus:index:RemoteSecret", `mesh-${cluster}-remote-clusters`],
  ["kubernetes:core/v1:Namespace", `mesh-${cluster}-system-namespace`],
  ["kubernetes:core/v1:Secret", `mesh-${cluster}-reader-token`],
  ["kubernetes:core/v1:Secret", `mesh-${cluster}-remote-clusters-secret`],
  ["kubernetes:core/v1:Secret", `mesh-${cluster}-system-cacerts`],
  ["kubernetes:helm.sh/v3:Release", `mesh-${cluster}-control-plane-base`],
  ["kubernetes:helm.sh/v3:Release", `mesh-${cluster}-control-plane-istiod`],
  ["kubernetes:helm.sh/v3:Release", `mesh-${cluster}-gateway-release`],
  ["kubernetes:networking.istio.io/v1:Gateway", `mesh-${cluster}-gateway-cross-network`],
  ["pulumi:providers:kubernetes", cluster],
  ["tls:index/certRequest:CertRequest", `mesh-${cluster}-intermediate-request`],
  ["tls:index/locallySignedCert:LocallySignedCert", `mesh-${cluster}-intermediate-certificate`],
  ["tls:index/privateKey:PrivateKey", `mesh-${cluster}-intermediate-key`],
];

const once = [
  ["isthmus:index:Mesh", "mesh"],
  ["isthmus:index:RootCa", "mesh-root"],
  ["tls:index/privateKey:PrivateKey", "mesh-root-key"],
  ["tls:index/selfSignedCert:SelfSignedCert", "mesh-root-certificate"],
];

const typesAndNames = (resources: readonly RecordedResource[]): string[] =>
  resources.map(({ type, name }) => `${type} ${name}`).sort();
const lines = (pairs: readonly string[][]): string[] => pairs.map((pair) => pair.join(" ")).sort();

function find(resources: readonly RecordedResource[], name: string): RecordedResource {
  const found = resources.filter((resource) => resource.name === name);
  assert.equal(found.length, 1, `one resource is called ${name}`);
  return found[0] as RecordedResource;
}

describe("Mesh", () => {
  let resources: RecordedResource[];

  before(async () => {
    resources = await record("update", outputs, () => build(planOf(twoPrimaries)));
  });

  it("registers exactly these resources for two primaries on two networks", () => {
    assert.deepEqual(typesAndNames(resources), lines([...once, ...perCluster("east"), ...perCluster("west")]));
  });

  it("registers no gateway on a mesh of one network, and no remote secret for a cluster alone", async () => {
    const flat = structuredClone(twoPrimaries);
    flat.clusters.west.network = "east";
    const flatResources = await record("update", outputs, () => build(planOf(flat)));
    assert.deepEqual(
      flatResources.filter(({ name }) => name.includes("-gateway")),
      [],
    );
    const alone = await record("update", outputs, () =>
      build(planOf({ ...twoPrimaries, clusters: { east: twoPrimaries.clusters.east } })),
    );
    assert.deepEqual(
      alone.filter(({ name }) => name.includes("remote-clusters") || name.includes("-gateway")),
      [],
    );
  });

  it("sends every resource of a cluster through that cluster's provider", () => {
    for (const { name, type, provider } of resources.filter((resource) => resource.type.startsWith("kubernetes:"))) {
      const cluster = name.startsWith("mesh-east-") ? "east" : "west";
      assert.match(provider ?? "", new RegExp(`pulumi:providers:kubernetes::${cluster}::`), `${type} ${name}`);
    }
  });

  it("tells each istiod its own cluster, network, mesh and trust domain", () => {
    for (const cluster of ["east", "west"]) {
      const { inputs } = find(resources, `mesh-${cluster}-control-plane-istiod`);
      assert.equal(inputs["chart"], "./charts/istiod");
      assert.deepEqual(inputs["values"], {
        global: {
          hub: "docker.io/istio",
          meshID: "mesh1",
          multiCluster: { clusterName: cluster },
          network: cluster,
          tag: "1.31.1",
        },
        meshConfig: { trustDomain: "mesh1.internal" },
      });
    }
  });

  it("labels the system namespace with the network", () => {
    assert.deepEqual(find(resources, "mesh-west-system-namespace").inputs["metadata"], {
      name: "istio-system",
      labels: { "app.kubernetes.io/managed-by": "isthmus", "topology.istio.io/network": "west" },
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

  it("lets no key and no token travel in the clear", () => {
    for (const { name, inputs } of resources) {
      const clear = JSON.stringify(inputs, (_key, value: unknown) => (isSecret(value) ? "[secret]" : value));
      assert.doesNotMatch(clear, /KEY OF|TOKEN OF/, name);
    }
  });

  it("says each gateway's addresses, as its load balancer gave them", async () => {
    const addresses = new Map<string, unknown>();
    await record("update", outputs, () => {
      for (const [name, { eastWest }] of Object.entries(build(planOf(twoPrimaries)).clusters)) {
        pulumi.output(eastWest?.addresses).apply((found) => addresses.set(name, found));
      }
    });
    assert.deepEqual(Object.fromEntries(addresses), { east: ["172.18.11.1"], west: ["172.18.11.2"] });
  });

  it("sends no argument of a component to the engine", () => {
    for (const { name, type, inputs } of resources.filter((resource) => resource.type.startsWith("isthmus:"))) {
      assert.deepEqual(inputs, {}, `${type} ${name}`);
    }
  });

  it("plans the same resources in a preview, where nothing is known yet", async () => {
    const planned = await record(
      "preview",
      () => ({}),
      () => build(planOf(twoPrimaries)),
    );
    assert.deepEqual(typesAndNames(planned), typesAndNames(resources));
  });
});
