import * as pulumi from "@pulumi/pulumi";
import {
  controlPlaneIn,
  sitesOf,
  type ClusterPlan,
  type ControlPlanePlan,
  type HelmValues,
  type MeshPlan,
} from "../topology";
import { ConfigKubeconfig } from "./config-kubeconfig";
import { ControlPlane } from "./control-plane";
import { CrossNetworkGateway } from "./cross-network-gateway";
import { EastWestGateway } from "./east-west-gateway";
import {
  baseValues,
  externalValues,
  isHostName,
  primaryValues,
  remoteBaseValues,
  remoteValues,
} from "./internal/helm-values";
import { istiodServiceAccount, readerServiceAccount } from "./internal/names";
import { MeshNamespace } from "./mesh-namespace";
import { createSite, siteOf, type MeshCluster, type MeshSite } from "./mesh-site";
import { ReaderAccount } from "./reader-account";
import { RemoteSecret } from "./remote-secret";
import { RootCa } from "./root-ca";
import type { ReleaseTransforms } from "./transforms";

/** What a {@link Mesh} is made from. */
export interface MeshArgs {
  readonly plan: MeshPlan;
  /** How each cluster of the plan is reached, external control planes' among them, by name. */
  readonly clusters: Readonly<Record<string, MeshCluster>>;
  /** The last word on the Helm releases' arguments. */
  readonly transforms?: ReleaseTransforms;
}

/** What a reader of the stack learns about one cluster. */
export interface ClusterOutputs {
  readonly model: string;
  readonly network: string;
  readonly controlPlane: string;
  readonly revision: string;
  /** Addresses and port of the east-west gateway; none where no other network calls this cluster. */
  readonly eastWest: { readonly addresses: pulumi.Input<readonly string[]>; readonly port: number } | undefined;
  /** Of the istiod that runs in the cluster; none in a remote cluster. */
  readonly intermediate: { readonly notAfter: pulumi.Output<string> } | undefined;
  /** Namespaces that this stack made, by which the next run knows them for its own; left out where there are none. */
  readonly namespaces?: readonly string[];
}

/** What a reader of the stack learns about one istiod. */
export interface ControlPlaneOutputs {
  readonly kind: string;
  readonly configCluster: string;
  readonly serves: readonly string[];
  /** At which other clusters reach it; none where it serves only its own. */
  readonly address: pulumi.Output<string> | undefined;
  readonly intermediate: { readonly notAfter: pulumi.Output<string> } | undefined;
}

/**
 * Kubernetes clusters joined into one Istio mesh: one root CA, an intermediate for every istiod, Istio's charts in every
 * cluster, east-west gateways between networks, and for every istiod the kubeconfigs of the clusters that it reads.
 *
 * Clusters come up side by side. They wait for each other where Istio needs it: a remote cluster for the address of its
 * istiod, an external istiod for its configuration cluster, and an istiod is told to read a cluster once that one's charts
 * have made the reader's permissions.
 */
export class Mesh extends pulumi.ComponentResource {
  /** SHA-256 fingerprint of the root certificate. */
  readonly rootFingerprint: pulumi.Output<string>;
  /** What there is to know about each cluster, by name. */
  readonly clusters: Readonly<Record<string, ClusterOutputs>>;
  /** What there is to know about each istiod, by the name of the cluster that it runs in. */
  readonly controlPlanes: Readonly<Record<string, ControlPlaneOutputs>>;

  constructor(name: string, args: MeshArgs, opts?: pulumi.ComponentResourceOptions) {
    super("isthmus:index:Mesh", name, {}, opts);

    const { plan } = args;
    const root = new RootCa(
      `${name}-root`,
      { meshId: plan.id, lifetimeDays: plan.trust.rootLifetimeDays, keyAlgorithm: plan.trust.keyAlgorithm },
      { parent: this },
    );
    const context = { name, plan, root, parent: this };
    const sites = new Map(
      sitesOf(plan).map((site) => [site.name, createSite(context, site, accessOf(args, site.name))] as const),
    );
    const builder = new MeshBuilder(args, sites);
    for (const cluster of plan.clusters) builder.addCharts(cluster);
    for (const controlPlane of plan.controlPlanes)
      if (controlPlane.kind === "external") builder.addExternal(controlPlane);
    for (const controlPlane of plan.controlPlanes) builder.joinClusters(controlPlane);
    for (const cluster of plan.clusters) builder.addGateway(cluster);
    for (const cluster of plan.clusters) builder.addNamespaces(cluster);

    this.rootFingerprint = root.fingerprint;
    this.clusters = Object.fromEntries(plan.clusters.map((cluster) => [cluster.name, builder.outputsOf(cluster)]));
    this.controlPlanes = Object.fromEntries(
      plan.controlPlanes.map((controlPlane) => [controlPlane.name, controlPlaneOutputs(controlPlane, sites)]),
    );
    this.registerOutputs({ rootFingerprint: this.rootFingerprint });
  }
}

/** Makes the parts of a mesh, each from those before it. */
class MeshBuilder {
  private readonly charts = new Map<string, ControlPlane>();
  private readonly readers = new Map<string, ReaderAccount>();
  private readonly remoteSecrets = new Map<string, RemoteSecret>();
  private readonly gateways = new Map<string, EastWestGateway>();

  constructor(
    private readonly args: MeshArgs,
    private readonly sites: ReadonlyMap<string, MeshSite>,
  ) {}

  /** Istio's charts in a cluster of the mesh, and the account by which istiods elsewhere read it. */
  addCharts(cluster: ClusterPlan): void {
    const { plan, transforms } = this.args;
    const site = siteOf(this.sites, cluster);
    const controlPlane = controlPlaneIn(plan, cluster.name);
    const extra = cluster.values.base;
    const charts = new ControlPlane(
      `${site.prefix}-control-plane`,
      {
        cluster: cluster.name,
        istio: plan.istio,
        namespace: site.namespace.namespaceName,
        base: controlPlane === undefined ? remoteBaseValues(extra) : baseValues(extra),
        istiod: controlPlane === undefined ? this.remoteValues(cluster) : this.primaryValues(controlPlane, site),
        ...(transforms === undefined ? {} : { transforms }),
      },
      site.options("control-plane", { dependsOn: site.namespace }),
    );
    this.charts.set(cluster.name, charts);
    this.readers.set(
      cluster.name,
      new ReaderAccount(
        `${site.prefix}-reader`,
        { cluster: cluster.name, serviceAccount: readerServiceAccount, ...apiServerOf(site) },
        site.options("reader", { dependsOn: charts.base ?? [] }),
      ),
    );
  }

  /** An istiod outside the mesh, with the kubeconfig of the cluster that holds its configuration. */
  addExternal(controlPlane: ControlPlanePlan): void {
    const { plan, transforms } = this.args;
    const site = siteOf(this.sites, controlPlane);
    const configSite = siteOf(this.sites, { name: controlPlane.configCluster });
    const account = new ReaderAccount(
      `${configSite.prefix}-config-reader`,
      { cluster: controlPlane.configCluster, serviceAccount: istiodServiceAccount, ...apiServerOf(configSite) },
      configSite.options("config-reader", { dependsOn: this.chartsOf(controlPlane.configCluster) }),
    );
    const kubeconfig = new ConfigKubeconfig(
      `${site.prefix}-config-kubeconfig`,
      { namespace: site.namespace.namespaceName, kubeconfig: account.kubeconfig },
      site.options("config-kubeconfig"),
    );
    const charts = new ControlPlane(
      `${site.prefix}-control-plane`,
      {
        cluster: controlPlane.name,
        istio: plan.istio,
        namespace: site.namespace.namespaceName,
        istiod: withExposedHost(site, (host) => externalValues(plan, controlPlane, host)),
        ...(transforms === undefined ? {} : { transforms }),
      },
      site.options("control-plane", { dependsOn: [site.namespace, kubeconfig] }),
    );
    this.charts.set(controlPlane.name, charts);
  }

  /** Gives an istiod the kubeconfigs of the clusters that it reads, and its gateways their configuration. */
  joinClusters(controlPlane: ControlPlanePlan): void {
    const site = siteOf(this.sites, controlPlane);
    const istiod = this.chartsOf(controlPlane.name);
    if (controlPlane.reads.length > 0) {
      this.remoteSecrets.set(
        controlPlane.name,
        new RemoteSecret(
          `${site.prefix}-remote-clusters`,
          {
            namespace: site.namespace.namespaceName,
            kubeconfigs: Object.fromEntries(controlPlane.reads.map((read) => [read, this.readerOf(read).kubeconfig])),
          },
          site.options("remote-clusters", {
            dependsOn: [istiod, ...controlPlane.reads.map((read) => this.chartsOf(read))],
          }),
        ),
      );
    }
    const served = this.args.plan.clusters.filter(({ name }) => controlPlane.serves.includes(name));
    if (!served.some(({ eastWestGateway }) => eastWestGateway !== undefined)) return;
    const configSite = siteOf(this.sites, { name: controlPlane.configCluster });
    new CrossNetworkGateway(
      `${configSite.prefix}-cross-network`,
      { namespace: configSite.namespace.namespaceName },
      configSite.options("cross-network", { dependsOn: istiod }),
    );
  }

  /** The gateway of a cluster, where other networks call it. */
  addGateway(cluster: ClusterPlan): void {
    const { plan, transforms } = this.args;
    if (cluster.eastWestGateway === undefined) return;
    const site = siteOf(this.sites, cluster);
    this.gateways.set(
      cluster.name,
      new EastWestGateway(
        `${site.prefix}-gateway`,
        {
          istio: plan.istio,
          cluster,
          gateway: cluster.eastWestGateway,
          namespace: site.namespace.namespaceName,
          addresses: site.access.addresses,
          injector: this.injectorOf(cluster),
          ...(transforms === undefined ? {} : { transforms }),
        },
        site.options("gateway"),
      ),
    );
  }

  /** The namespaces of the mesh's workloads that a cluster has. */
  addNamespaces(cluster: ClusterPlan): void {
    const site = siteOf(this.sites, cluster);
    for (const namespace of namespacesOf(this.args.plan, cluster)) {
      const isForeign = site.access.foreignNamespaces?.includes(namespace.name) === true;
      new MeshNamespace(
        `${site.prefix}-namespace-${namespace.name}`,
        { namespace, origin: isForeign ? "adopt" : "create" },
        site.options(`namespace-${namespace.name}`),
      );
    }
  }

  outputsOf(cluster: ClusterPlan): ClusterOutputs {
    const site = siteOf(this.sites, cluster);
    const gateway = this.gateways.get(cluster.name);
    const namespaces = namespacesOf(this.args.plan, cluster)
      .map(({ name }) => name)
      .filter((name) => site.access.foreignNamespaces?.includes(name) !== true);
    return {
      model: cluster.model,
      network: cluster.network,
      controlPlane: cluster.controlPlane,
      revision: "default",
      eastWest: gateway && { addresses: gateway.addresses, port: gateway.port },
      intermediate: site.intermediate && { notAfter: site.intermediate.notAfter },
      ...(namespaces.length === 0 ? {} : { namespaces }),
    };
  }

  private primaryValues(controlPlane: ControlPlanePlan, site: MeshSite): pulumi.Input<HelmValues> {
    return withExposedHost(site, (host) => primaryValues(this.args.plan, controlPlane, host));
  }

  private remoteValues(cluster: ClusterPlan): pulumi.Input<HelmValues> {
    const { exposed } = siteOf(this.sites, { name: cluster.controlPlane });
    if (exposed === undefined) throw new RangeError(`istiod of ${cluster.controlPlane} is not exposed`);
    return exposed.address.apply((address) => remoteValues(this.args.plan, cluster, address));
  }

  /** What must be there before a pod of the cluster can be injected: a remote's webhook is filled in by who reads it. */
  private injectorOf(cluster: ClusterPlan): pulumi.Resource[] {
    const remoteSecret = this.remoteSecrets.get(cluster.controlPlane);
    const isLedFromElsewhere = cluster.name !== cluster.configCluster;
    return [
      this.chartsOf(cluster.name),
      this.chartsOf(cluster.controlPlane),
      ...(isLedFromElsewhere && remoteSecret !== undefined ? [remoteSecret] : []),
    ];
  }

  private chartsOf(name: string): ControlPlane {
    return there(this.charts.get(name), name);
  }

  private readerOf(name: string): ReaderAccount {
    return there(this.readers.get(name), name);
  }
}

function accessOf({ plan, clusters }: MeshArgs, name: string): MeshCluster {
  const access = clusters[name];
  if (access === undefined) throw new pulumi.RunError(`Mesh ${plan.id}: no provider was given for cluster ${name}.`);
  return access;
}

function apiServerOf({ access, namespace }: MeshSite): {
  readonly server: pulumi.Input<string>;
  readonly namespace: pulumi.Input<string>;
  readonly tlsServerName?: pulumi.Input<string>;
  readonly certificateAuthorityData?: pulumi.Input<string>;
} {
  const { server, tlsServerName, certificateAuthorityData } = access;
  return {
    server,
    namespace: namespace.namespaceName,
    ...(tlsServerName === undefined ? {} : { tlsServerName }),
    ...(certificateAuthorityData === undefined ? {} : { certificateAuthorityData }),
  };
}

/** Values that hold the host name of an exposed istiod, where its address is one: it must stand in the certificate. */
function withExposedHost(site: MeshSite, values: (host: string | undefined) => HelmValues): pulumi.Input<HelmValues> {
  if (site.exposed === undefined) return values(undefined);
  return site.exposed.address.apply((address) => values(isHostName(address) ? address : undefined));
}

function controlPlaneOutputs(
  controlPlane: ControlPlanePlan,
  sites: ReadonlyMap<string, MeshSite>,
): ControlPlaneOutputs {
  const { exposed, intermediate } = siteOf(sites, controlPlane);
  const { kind, configCluster, serves } = controlPlane;
  return {
    kind,
    configCluster,
    serves,
    address: exposed?.address,
    intermediate: intermediate && { notAfter: intermediate.notAfter },
  };
}

function namespacesOf(plan: MeshPlan, cluster: ClusterPlan): MeshPlan["namespaces"] {
  return plan.namespaces.filter(({ clusters }) => clusters.includes(cluster.name));
}

function there<T>(found: T | undefined, name: string): T {
  if (found === undefined) throw new RangeError(`nothing was made for cluster ${name} yet`);
  return found;
}
