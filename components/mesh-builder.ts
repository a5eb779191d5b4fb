import * as pulumi from "@pulumi/pulumi";
import { controlPlaneIn, type ClusterPlan, type ControlPlanePlan, type HelmValues, type MeshPlan } from "../topology";
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
import { namespacesOf } from "./mesh-outputs";
import { siteOf, type MeshSite } from "./mesh-site";
import { ReaderAccount } from "./reader-account";
import { RemoteSecret } from "./remote-secret";
import type { ReleaseTransforms } from "./transforms";

/** Makes the parts of a mesh, each from those before it. */
export class MeshBuilder {
  private readonly charts = new Map<string, ControlPlane>();
  private readonly readers = new Map<string, ReaderAccount>();
  private readonly remoteSecrets = new Map<string, RemoteSecret>();
  private readonly gateways = new Map<string, EastWestGateway>();
  private readonly gathered = new Map<string, pulumi.Output<Readonly<Record<string, string>>>>();

  constructor(
    private readonly args: { readonly plan: MeshPlan; readonly transforms?: ReleaseTransforms },
    private readonly sites: ReadonlyMap<string, MeshSite>,
  ) {}

  /** Istio's charts in a cluster of the mesh, and the account by which istiods elsewhere read it, where any does. */
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
    // A token that nobody needs is one that may be stolen.
    if (!plan.controlPlanes.some(({ reads }) => reads.includes(cluster.name))) return;
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
      `${configSite.prefix}-istiod-account`,
      { cluster: controlPlane.configCluster, serviceAccount: istiodServiceAccount, ...apiServerOf(configSite) },
      configSite.options("istiod-account", { dependsOn: this.chartsOf(controlPlane.configCluster) }),
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
            kubeconfigs: this.kubeconfigsFor(controlPlane),
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
      { namespace: configSite.namespace.namespaceName, formerly: partOfGateway(configSite) },
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
        `${site.prefix}-namespace.${namespace.name}`,
        { namespace, origin: isForeign ? "adopt" : "create" },
        site.options(`namespace.${namespace.name}`),
      );
    }
  }

  /** The gateway of a cluster; undefined where it has none. */
  gatewayOf(cluster: ClusterPlan): EastWestGateway | undefined {
    return this.gateways.get(cluster.name);
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

  /**
   * The kubeconfigs that an istiod is given, by the clusters' names. Istiods that know the same clusters share what was
   * gathered: 160 that each gather 160 by themselves make 25,600 outputs, which was half of the program's memory.
   */
  private kubeconfigsFor({ configCluster, reads }: ControlPlanePlan): pulumi.Output<Readonly<Record<string, string>>> {
    const known = [configCluster, ...reads].filter((name) => this.readers.has(name)).sort();
    const key = known.join(",");
    const all = this.gathered.get(key) ?? pulumi.all(mapped(known, (name) => this.readerOf(name).kubeconfig));
    this.gathered.set(key, all);
    return all.apply((kubeconfigs) => mapped(reads, (name) => there(kubeconfigs[name], name)));
  }

  private chartsOf(name: string): ControlPlane {
    return there(this.charts.get(name), name);
  }

  private readerOf(name: string): ReaderAccount {
    return there(this.readers.get(name), name);
  }
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

/** In stacks of 0.1.0 the configuration of the gateways was a part of the cluster's gateway. */
function partOfGateway(site: MeshSite): pulumi.Alias {
  const gateway = pulumi.createUrn(
    `${site.prefix}-gateway`,
    "isthmus:index:EastWestGateway",
    site.options("gateway").parent,
  );
  return { name: `${site.prefix}-gateway-cross-network`, parent: gateway };
}

/** A record with something for each name. */
function mapped<T>(names: readonly string[], of: (name: string) => T): Record<string, T> {
  return Object.fromEntries(names.map((name) => [name, of(name)]));
}

function there<T>(found: T | undefined, name: string): T {
  if (found === undefined) throw new RangeError(`nothing was made for cluster ${name} yet`);
  return found;
}
