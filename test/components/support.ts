import assert from "node:assert/strict";
import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { Mesh, type AddressReader, type IssuedReader, type MeshArgs } from "../../components";
import { sitesOf, type MeshConfig } from "../../topology";
import { selfSignedCertificatePem } from "../support/certificates";
import { record, reveal, type RecordedResource } from "../support/mocks";
import { planOf } from "../support/plans";

/** What a test says about the world around a mesh; the rest is as usual. */
export interface World {
  /** Addresses that the load balancers of a cluster give, by the cluster's name; undefined for not known yet. */
  readonly addresses?: (cluster: string) => readonly string[] | undefined;
  /** Namespaces of the mesh that somebody else made, by cluster. */
  readonly foreignNamespaces?: Readonly<Record<string, readonly string[]>>;
  /** Waits for what cert-manager issues in a cluster. Default: it has nothing. */
  readonly issued?: (cluster: string) => IssuedReader;
  readonly transforms?: MeshArgs["transforms"];
  readonly trust?: MeshArgs["trust"];
}

/** The text as a Secret's data holds it. */
export function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

/** The address that every load balancer of a cluster gives where a test says nothing else. */
export function addressOf(cluster: string): string {
  return `lb.${cluster}.example`;
}

/** What the providers would answer; certificates are real where the program reads them. */
export function provided(args: pulumi.runtime.MockResourceArgs): Record<string, unknown> {
  const { metadata } = args.inputs as { metadata?: { namespace?: string; name?: string } };
  switch (args.type) {
    case "tls:index/privateKey:PrivateKey":
      return { privateKeyPem: `KEY OF ${args.name}` };
    case "tls:index/certRequest:CertRequest":
      return { certRequestPem: `REQUEST OF ${args.name}` };
    case "tls:index/selfSignedCert:SelfSignedCert":
      return { certPem: selfSignedCertificatePem };
    case "tls:index/locallySignedCert:LocallySignedCert":
      return { certPem: `CERTIFICATE OF ${args.name}\n`, validityEndTime: "2027-01-01T00:00:00Z" };
    case "kubernetes:core/v1:Service":
      return { id: `${metadata?.namespace}/${metadata?.name}` };
    case "kubernetes:core/v1:Secret":
      return /-token(\.|$)/.test(args.name)
        ? { data: { "ca.crt": base64("CA"), token: base64(`TOKEN OF ${args.name}`) } }
        : {};
    default:
      return {};
  }
}

/** Registers the mesh of a configuration. */
export function buildMesh(config: MeshConfig, world: World = {}): Mesh {
  const plan = planOf(config);
  const { addresses = (cluster: string) => [addressOf(cluster)], foreignNamespaces = {}, transforms, trust } = world;
  const { issued = () => () => Promise.resolve(undefined) } = world;
  return new Mesh("mesh", {
    plan,
    clusters: Object.fromEntries(
      sitesOf(plan).map(({ name }) => {
        const read: AddressReader = () => Promise.resolve(addresses(name));
        const access = {
          provider: new kubernetes.Provider(name, { clusterIdentifier: name }),
          server: `https://${name}.example:6443`,
          addresses: read,
          issued: issued(name),
          foreignNamespaces: foreignNamespaces[name] ?? [],
        };
        return [name, access];
      }),
    ),
    ...(transforms === undefined ? {} : { transforms }),
    ...(trust === undefined ? {} : { trust }),
  });
}

/** Everything that the mesh of a configuration registers in an update. */
export function updateOf(config: MeshConfig, world?: World): Promise<RecordedResource[]> {
  return record("update", provided, () => buildMesh(config, world));
}

/** The one resource of a name. */
export function find(resources: readonly RecordedResource[], name: string): RecordedResource {
  const found = resources.filter((resource) => resource.name === name);
  assert.equal(found.length, 1, `one resource is called ${name}`);
  return found[0] as RecordedResource;
}

/** What resources are, one a line, sorted. */
export function listOf(resources: readonly RecordedResource[]): string[] {
  return resources.map(({ type, name }) => `${type} ${name}`).sort();
}

/** The resources of one cluster, as {@link listOf} writes them. */
export function listOfCluster(resources: readonly RecordedResource[], cluster: string): string[] {
  return listOf(resources.filter(({ name }) => name === cluster || name.startsWith(`mesh-${cluster}-`)));
}

/** What a mesh has once. */
export const rootParts = [
  "isthmus:index:Mesh mesh",
  "isthmus:index:RootCa mesh-root",
  "tls:index/privateKey:PrivateKey mesh-root-key",
  "tls:index/selfSignedCert:SelfSignedCert mesh-root-certificate",
];

/** What every cluster has that something is installed into. */
export function siteParts(cluster: string): string[] {
  return [
    `isthmus:index:SystemNamespace mesh-${cluster}-system`,
    `isthmus:index:ControlPlane mesh-${cluster}-control-plane`,
    `kubernetes:core/v1:Namespace mesh-${cluster}-system-namespace`,
    `kubernetes:helm.sh/v3:Release mesh-${cluster}-control-plane-istiod`,
    `pulumi:providers:kubernetes ${cluster}`,
  ];
}

/** What every cluster of the mesh has beside, where no istiod elsewhere reads it: Istio's CRDs. */
export function unreadParts(cluster: string): string[] {
  return [...siteParts(cluster), `kubernetes:helm.sh/v3:Release mesh-${cluster}-control-plane-base`];
}

/** The same where one does: the account by which it is read, too. */
export function memberParts(cluster: string): string[] {
  return [
    ...unreadParts(cluster),
    `isthmus:index:ReaderAccount mesh-${cluster}-reader`,
    `kubernetes:core/v1:Secret mesh-${cluster}-reader-token`,
  ];
}

/** What a cluster has beside in which an istiod runs. */
export function intermediateParts(cluster: string): string[] {
  return [
    `isthmus:index:IntermediateCa mesh-${cluster}-intermediate`,
    `kubernetes:core/v1:Secret mesh-${cluster}-system-cacerts`,
    `tls:index/certRequest:CertRequest mesh-${cluster}-intermediate-request`,
    `tls:index/locallySignedCert:LocallySignedCert mesh-${cluster}-intermediate-certificate`,
    `tls:index/privateKey:PrivateKey mesh-${cluster}-intermediate-key`,
  ];
}

/** What a cluster has beside whose istiod serves other clusters. */
export function exposedParts(cluster: string): string[] {
  return [
    `isthmus:index:ExposedIstiod mesh-${cluster}-exposed-istiod`,
    `kubernetes:core/v1:Service mesh-${cluster}-exposed-istiod-service`,
  ];
}

/** What a cluster has beside whose istiod reads other clusters. */
export function readingParts(cluster: string): string[] {
  return [
    `isthmus:index:RemoteSecret mesh-${cluster}-remote-clusters`,
    `kubernetes:core/v1:Secret mesh-${cluster}-remote-clusters-secret`,
  ];
}

/** What a cluster has beside that other networks call. */
export function gatewayParts(cluster: string): string[] {
  return [
    `isthmus:index:EastWestGateway mesh-${cluster}-gateway`,
    `kubernetes:core/v1:Service mesh-${cluster}-gateway-service`,
    `kubernetes:helm.sh/v3:Release mesh-${cluster}-gateway-release`,
  ];
}

/** What a cluster has beside that holds the configuration of gateways. */
export function crossNetworkParts(cluster: string): string[] {
  return [
    `isthmus:index:CrossNetworkGateway mesh-${cluster}-cross-network`,
    `kubernetes:networking.istio.io/v1:Gateway mesh-${cluster}-cross-network-gateway`,
  ];
}

/** What a configuration cluster of an external control plane has beside. */
export function configReaderParts(cluster: string): string[] {
  return [
    `isthmus:index:ReaderAccount mesh-${cluster}-istiod-account`,
    `kubernetes:core/v1:Secret mesh-${cluster}-istiod-account-token`,
  ];
}

/** The values that a Helm release is given. */
export function valuesOf(resources: readonly RecordedResource[], release: string): Record<string, unknown> {
  return find(resources, release).inputs["values"] as Record<string, unknown>;
}

/** The kubeconfigs that a Secret holds, by its keys. */
export function kubeconfigsIn(resources: readonly RecordedResource[], secret: string): Record<string, unknown> {
  const data = reveal(find(resources, secret).inputs["data"]) as Record<string, string>;
  return Object.fromEntries(
    Object.entries(data).map(([key, text]) => [key, JSON.parse(Buffer.from(text, "base64").toString()) as unknown]),
  );
}
