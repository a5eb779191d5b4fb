import type * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterPlan, MeshPlan } from "../topology";
import { ControlPlane } from "./control-plane";
import { EastWestGateway } from "./east-west-gateway";
import { IntermediateCa } from "./intermediate-ca";
import type { ServiceReader } from "./internal/load-balancer";
import { ReaderAccount } from "./reader-account";
import { RemoteSecret } from "./remote-secret";
import { RootCa } from "./root-ca";
import { SystemNamespace } from "./system-namespace";

/** By what the mesh reaches one of its clusters. */
export interface MeshCluster {
  readonly provider: kubernetes.Provider;
  /** URL of the API server as the other clusters reach it. */
  readonly server: pulumi.Input<string>;
  /** PEM bundle, in base64, by which the API server is verified. Default: the cluster's own. */
  readonly certificateAuthorityData?: pulumi.Input<string>;
  /** Reads a Service of the cluster, for the addresses of its gateway. */
  readonly readService: ServiceReader;
}

/** What a {@link Mesh} is made from. */
export interface MeshArgs {
  readonly plan: MeshPlan;
  /** A provider for every cluster of the plan, by name. */
  readonly clusters: Readonly<Record<string, MeshCluster>>;
}

/** What a reader of the stack learns about one cluster. */
export interface ClusterOutputs {
  readonly model: string;
  readonly network: string;
  readonly controlPlane: string;
  readonly revision: string;
  /** Addresses and port of the east-west gateway; none on a mesh of one network. */
  readonly eastWest: { readonly addresses: pulumi.Input<string[]>; readonly port: number } | undefined;
  readonly intermediate: { readonly notAfter: pulumi.Output<string> };
}

/** Everything that Isthmus installs into one cluster before the clusters are joined. */
interface Member {
  readonly plan: ClusterPlan;
  readonly access: MeshCluster;
  readonly intermediate: IntermediateCa;
  readonly namespace: SystemNamespace;
  readonly controlPlane: ControlPlane;
  readonly reader: ReaderAccount;
}

/**
 * Kubernetes clusters joined into one Istio mesh: one root CA, and in every cluster an intermediate, a control plane, an
 * east-west gateway where there are several networks, and the kubeconfigs of the clusters that it reads.
 *
 * Clusters come up side by side. Within a cluster the order is the one that Istio needs: namespace and `cacerts`, the
 * CRDs, istiod, and only then what istiod must inject or validate. The clusters wait for each other in one place: a
 * control plane is told to read another cluster once that one's istiod chart has made the reader's permissions.
 */
export class Mesh extends pulumi.ComponentResource {
  /** SHA-256 fingerprint of the root certificate. */
  readonly rootFingerprint: pulumi.Output<string>;
  /** What there is to know about each cluster, by name. */
  readonly clusters: Readonly<Record<string, ClusterOutputs>>;

  constructor(name: string, args: MeshArgs, opts?: pulumi.ComponentResourceOptions) {
    super("isthmus:index:Mesh", name, {}, opts);

    const { plan } = args;
    const root = new RootCa(
      `${name}-root`,
      { meshId: plan.id, lifetimeDays: plan.trust.rootLifetimeDays, keyAlgorithm: plan.trust.keyAlgorithm },
      { parent: this },
    );
    const members = plan.clusters.map((cluster) => createMember(`${name}-${cluster.name}`, args, cluster, root, this));
    members.forEach((member) => {
      createRemoteSecret(`${name}-${member.plan.name}-remote-clusters`, member, members, this);
    });
    const gateways = members.map((member) => createGateway(`${name}-${member.plan.name}-gateway`, member, plan, this));

    this.rootFingerprint = root.fingerprint;
    this.clusters = Object.fromEntries(
      members.map((member, index) => [member.plan.name, outputsOf(member, gateways[index])]),
    );
    this.registerOutputs({ rootFingerprint: this.rootFingerprint });
  }
}

function createMember(name: string, args: MeshArgs, cluster: ClusterPlan, root: RootCa, parent: Mesh): Member {
  const { plan } = args;
  const access = args.clusters[cluster.name];
  if (access === undefined)
    throw new pulumi.RunError(`Mesh ${plan.id}: no provider was given for cluster ${cluster.name}.`);
  const options = { parent, provider: access.provider };

  const intermediate = new IntermediateCa(
    `${name}-intermediate`,
    {
      meshId: plan.id,
      cluster: cluster.name,
      rootCertificatePem: root.certificatePem,
      rootPrivateKeyPem: root.privateKeyPem,
      lifetimeDays: plan.trust.intermediateLifetimeDays,
      renewBeforeDays: plan.trust.renewBeforeDays,
      keyAlgorithm: plan.trust.keyAlgorithm,
    },
    { parent },
  );
  const namespace = new SystemNamespace(
    `${name}-system`,
    { network: cluster.network, intermediate, rootCertificatePem: root.certificatePem },
    options,
  );
  const controlPlane = new ControlPlane(
    `${name}-control-plane`,
    { plan, cluster, namespace: namespace.namespaceName },
    { ...options, dependsOn: namespace },
  );
  const reader = new ReaderAccount(
    `${name}-reader`,
    {
      cluster: cluster.name,
      server: access.server,
      namespace: namespace.namespaceName,
      ...(access.certificateAuthorityData === undefined
        ? {}
        : { certificateAuthorityData: access.certificateAuthorityData }),
    },
    { ...options, dependsOn: controlPlane.base },
  );
  return { plan: cluster, access, intermediate, namespace, controlPlane, reader };
}

function createRemoteSecret(name: string, member: Member, members: readonly Member[], parent: Mesh): void {
  const read = members.filter((other) => member.plan.reads.includes(other.plan.name));
  if (read.length === 0) return;
  new RemoteSecret(
    name,
    {
      namespace: member.namespace.namespaceName,
      kubeconfigs: Object.fromEntries(read.map((other) => [other.plan.name, other.reader.kubeconfig])),
    },
    {
      parent,
      provider: member.access.provider,
      dependsOn: [member.controlPlane, ...read.map((other) => other.controlPlane)],
    },
  );
}

function createGateway(name: string, member: Member, plan: MeshPlan, parent: Mesh): EastWestGateway | undefined {
  if (!member.plan.eastWestGateway) return undefined;
  return new EastWestGateway(
    name,
    {
      istio: plan.istio,
      cluster: member.plan,
      namespace: member.namespace.namespaceName,
      readService: member.access.readService,
    },
    { parent, provider: member.access.provider, dependsOn: member.controlPlane },
  );
}

function outputsOf(member: Member, gateway: EastWestGateway | undefined): ClusterOutputs {
  return {
    model: member.plan.model,
    network: member.plan.network,
    controlPlane: member.plan.controlPlane,
    revision: "default",
    eastWest: gateway && { addresses: gateway.addresses, port: gateway.port },
    intermediate: { notAfter: member.intermediate.notAfter },
  };
}
