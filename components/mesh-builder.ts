import * as pulumi from "@pulumi/pulumi";
import {
  clusterDomainOf,
  globalHostsIn,
  globalServicesIn,
  hasCrossNetworkGateway,
  isRead,
  machinesOf,
  type ClusterPlan,
  type ControlPlanePlan,
  type MeshPlan,
  type Offer,
} from "../topology";
import type { AwaitedRelease } from "./awaited";
import { ConfigKubeconfig } from "./config-kubeconfig";
import { ControlPlane } from "./control-plane";
import { CrossNetworkGateway } from "./cross-network-gateway";
import { EastWestGateway } from "./east-west-gateway";
import type { Elsewhere } from "./elsewhere";
import { GlobalService } from "./global-service";
import { MeshNamespace } from "./mesh-namespace";
import { namespacesOf } from "./mesh-outputs";
import { MeshAccounts, there } from "./mesh-accounts";
import { createMachines } from "./mesh-machines";
import { createPolicies } from "./mesh-policies";
import { siteOf, type MeshSite } from "./mesh-site";
import { RemoteSecret } from "./remote-secret";
import { SiteValues } from "./site-values";
import type { ReleaseTransforms } from "./transforms";

/**
 * Makes what belongs to the sites that it is given, each from what comes before it: all of a mesh, or one cluster's part.
 * Of a part it makes what can be made yet; what waits for another part is made by a later update.
 */
export class MeshBuilder {
  private readonly values: SiteValues;
  private readonly charts = new Map<string, ControlPlane>();
  /** Accounts by which istiods elsewhere reach the clusters. */
  readonly accounts: MeshAccounts;
  private readonly remoteSecrets = new Map<string, RemoteSecret>();
  private readonly gateways = new Map<string, EastWestGateway>();
  /** By cluster, then by their own names. */
  private readonly namespaces = new Map<string, ReadonlyMap<string, MeshNamespace>>();

  constructor(
    private readonly args: { readonly plan: MeshPlan; readonly transforms?: ReleaseTransforms },
    private readonly sites: ReadonlyMap<string, MeshSite>,
    /** Of a part of a mesh: what the other parts have. */
    private readonly elsewhere?: Elsewhere,
  ) {
    this.accounts = new MeshAccounts(elsewhere);
    this.values = new SiteValues(args.plan, sites, elsewhere);
  }

  /** Makes everything, in the order in which the constructors need each other. */
  build(): void {
    const { clusters, controlPlanes } = this.args.plan;
    const here = clusters.filter(({ name }) => this.sites.has(name));
    const external = controlPlanes.filter(({ kind }) => kind === "external");
    for (const cluster of here) this.addCharts(cluster);
    for (const { configCluster } of external) {
      const site = this.sites.get(configCluster);
      if (site !== undefined)
        this.accounts.addIstiodAccount(site, there(this.charts.get(configCluster), configCluster));
    }
    for (const plane of external) if (this.sites.has(plane.name)) this.addExternal(plane);
    for (const plane of controlPlanes) {
      if (this.sites.has(plane.name)) this.joinClusters(plane);
      if (this.sites.has(plane.configCluster)) this.addCrossNetworkGateway(plane);
    }
    for (const cluster of here) this.addGateway(cluster);
    for (const cluster of here) this.addNamespaces(cluster);
    const configured = controlPlanes.filter(({ configCluster }) => this.sites.has(configCluster));
    for (const plane of configured) this.addPolicies(plane);
    for (const plane of configured) this.addGlobalServices(plane);
    for (const cluster of here)
      createMachines(siteOf(this.sites, cluster), machinesOf(this.args.plan, cluster.name), {
        charts: this.chartsOf(cluster.name),
        namespaces: this.namespaces.get(cluster.name) ?? new Map<string, MeshNamespace>(),
      });
  }

  /** Istio's charts in a cluster of the mesh, and the account by which istiods elsewhere read it, where any does. */
  private addCharts(cluster: ClusterPlan): void {
    const { plan, transforms } = this.args;
    const site = siteOf(this.sites, cluster);
    const charts = new ControlPlane(
      site.nameOf("control-plane"),
      {
        cluster: cluster.name,
        istio: plan.istio,
        namespace: site.namespace.namespaceName,
        base: this.values.base(cluster),
        istiod: this.values.istiod(cluster),
        ...(transforms === undefined ? {} : { transforms }),
      },
      site.options("control-plane", { dependsOn: site.namespace }),
    );
    this.charts.set(cluster.name, charts);
    // A token that nobody needs is one that may be stolen.
    if (!isRead(plan, cluster.name)) return;
    this.accounts.addReader(site, charts, cluster);
  }

  /** An istiod outside the mesh, with the kubeconfig of the cluster that holds its configuration. */
  private addExternal(controlPlane: ControlPlanePlan): void {
    const { plan, transforms } = this.args;
    const { configCluster } = controlPlane;
    if (!this.has(configCluster, "istiod-account")) return;
    const site = siteOf(this.sites, controlPlane);
    const kubeconfig = this.accounts.istiodAccountOf(configCluster);
    const secret = new ConfigKubeconfig(
      site.nameOf("config-kubeconfig"),
      { namespace: site.namespace.namespaceName, kubeconfig },
      site.options("config-kubeconfig"),
    );
    const charts = new ControlPlane(
      site.nameOf("control-plane"),
      {
        cluster: controlPlane.name,
        istio: plan.istio,
        namespace: site.namespace.namespaceName,
        istiod: this.values.externalIstiod(controlPlane, kubeconfig),
        ...(transforms === undefined ? {} : { transforms }),
      },
      site.options("control-plane", { dependsOn: [site.namespace, secret] }),
    );
    this.charts.set(controlPlane.name, charts);
  }

  /** Gives an istiod the kubeconfigs of the clusters that it reads. */
  private joinClusters(controlPlane: ControlPlanePlan): void {
    const site = siteOf(this.sites, controlPlane);
    const istiod = this.charts.get(controlPlane.name);
    const reads = controlPlane.reads.filter((read) => this.has(read, "reader"));
    if (istiod === undefined || reads.length === 0) return;
    this.remoteSecrets.set(
      controlPlane.name,
      new RemoteSecret(
        site.nameOf("remote-clusters"),
        {
          namespace: site.namespace.namespaceName,
          kubeconfigs: this.accounts.kubeconfigsFor({ ...controlPlane, reads }),
        },
        site.options("remote-clusters", {
          dependsOn: [istiod, ...reads.flatMap((read) => this.chartsOf(read))],
        }),
      ),
    );
  }

  /** The configuration of the gateways of an istiod's clusters, where any of these has a gateway. */
  private addCrossNetworkGateway({ name, configCluster, values }: ControlPlanePlan): void {
    if (!hasCrossNetworkGateway(this.args.plan, configCluster) || !this.has(name, "istiod")) return;
    const site = siteOf(this.sites, { name: configCluster });
    new CrossNetworkGateway(
      site.nameOf("cross-network"),
      {
        namespace: site.namespace.namespaceName,
        clusterDomain: clusterDomainOf(values.istiod),
        globalHosts: globalHostsIn(this.args.plan, configCluster),
        formerly: partOfGateway(site),
      },
      site.options("cross-network", { dependsOn: this.configurationCharts(name, configCluster) }),
    );
  }

  /** The gateway of a cluster, where other networks call it. */
  private addGateway(cluster: ClusterPlan): void {
    const { plan, transforms } = this.args;
    if (cluster.eastWestGateway === undefined || !this.isInjected(cluster)) return;
    const site = siteOf(this.sites, cluster);
    this.gateways.set(
      cluster.name,
      new EastWestGateway(
        site.nameOf("gateway"),
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
  private addNamespaces(cluster: ClusterPlan): void {
    const site = siteOf(this.sites, cluster);
    const made = namespacesOf(this.args.plan, cluster).map((namespace): [string, MeshNamespace] => {
      const isForeign = site.access.foreignNamespaces?.includes(namespace.name) === true;
      const args = { namespace, origin: isForeign ? "adopt" : "create" } as const;
      const suffix = `namespace.${namespace.name}` as const;
      return [namespace.name, new MeshNamespace(site.nameOf(suffix), args, site.options(suffix))];
    });
    this.namespaces.set(cluster.name, new Map(made));
  }

  /** How the workloads of an istiod's clusters take calls, what they see, and by which DNS, where anything says it. */
  private addPolicies({ name, configCluster }: ControlPlanePlan): void {
    if (!this.has(name, "istiod")) return;
    const site = siteOf(this.sites, { name: configCluster });
    createPolicies(site, this.args.plan, {
      charts: this.configurationCharts(name, configCluster),
      namespaces: this.namespaces.get(configCluster) ?? new Map<string, MeshNamespace>(),
    });
  }

  /** The services that the workloads of an istiod's clusters call by one name. */
  private addGlobalServices({ name, configCluster }: ControlPlanePlan): void {
    if (!this.has(name, "istiod")) return;
    const site = siteOf(this.sites, { name: configCluster });
    const namespaces = this.namespaces.get(configCluster);
    for (const service of globalServicesIn(this.args.plan, configCluster)) {
      const suffix = `global-service.${service.name}` as const;
      const own = service.names.flatMap(({ namespace }) => namespaces?.get(namespace) ?? []);
      const dependsOn = [...new Set([...this.configurationCharts(name, configCluster), site.namespace, ...own])];
      new GlobalService(site.nameOf(suffix), { service }, site.options(suffix, { dependsOn }));
    }
  }

  /** The gateway of a cluster; undefined where it has none. */
  gatewayOf(cluster: ClusterPlan): EastWestGateway | undefined {
    return this.gateways.get(cluster.name);
  }

  /** The releases that are waited for. */
  get awaited(): readonly AwaitedRelease[] {
    return [...this.charts.values(), ...this.gateways.values()].map(({ awaited }) => awaited);
  }

  /** Whether Istio's charts are made in a cluster. */
  hasCharts(cluster: string): boolean {
    return this.charts.has(cluster);
  }

  /** Whether the injection webhook of a cluster answers, or will by the time that this program has made it. */
  private isInjected({ name, controlPlane, configCluster }: ClusterPlan): boolean {
    return this.has(controlPlane, "istiod") && (configCluster === name || this.has(controlPlane, `reads.${name}`));
  }

  /** What must be there before a pod of the cluster can be injected: a remote's webhook is filled in by who reads it. */
  private injectorOf(cluster: ClusterPlan): pulumi.Resource[] {
    const remoteSecret = this.remoteSecrets.get(cluster.controlPlane);
    const isLedFromElsewhere = cluster.name !== cluster.configCluster;
    return [
      ...this.chartsOf(cluster.name),
      ...this.chartsOf(cluster.controlPlane),
      ...(isLedFromElsewhere && remoteSecret !== undefined ? [remoteSecret] : []),
    ];
  }

  /** What configuration of an istiod waits for: the kind is the one cluster's, what answers its validator the other's. */
  private configurationCharts(controlPlane: string, configCluster: string): ControlPlane[] {
    return [...new Set([controlPlane, configCluster].flatMap((one) => this.chartsOf(one)))];
  }

  /** The charts of a cluster, where this program makes them; where another does, they are there. */
  private chartsOf(name: string): ControlPlane[] {
    if (!this.sites.has(name)) return [];
    return [there(this.charts.get(name), name)];
  }

  private has(part: string, offer: Offer): boolean {
    return this.sites.has(part) || this.other().has(part, offer);
  }

  private other(): Elsewhere {
    if (this.elsewhere === undefined) throw new RangeError("a mesh in one stack has nothing elsewhere");
    return this.elsewhere;
  }
}

/** In stacks of 0.1.0 the configuration of the gateways was a part of the cluster's gateway. */
function partOfGateway(site: MeshSite): pulumi.Alias {
  const gateway = pulumi.createUrn(
    site.nameOf("gateway"),
    "isthmus:index:EastWestGateway",
    site.options("gateway").parent,
  );
  return { name: `${site.nameOf("gateway")}-cross-network`, parent: gateway };
}
