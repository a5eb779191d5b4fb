import type * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import {
  controlPlaneIn,
  intermediateOrigin,
  mayChangeRoots,
  siteComponentName,
  systemNamespace,
  type ClusterPlan,
  type ControlPlanePlan,
  type HelmValues,
  type MeshPlan,
  type SitePlan,
  type SiteSuffix,
} from "../topology";
import { CertManagerInstallation } from "./cert-manager-installation";
import { ExposedIstiod } from "./exposed-istiod";
import { isHostName } from "./internal/istiod-address";
import { issuerFirst } from "./internal/roots";
import { IssuedIntermediate, type IssuedReader } from "./issued-intermediate";
import type { AddressReader } from "./load-balancer-address";
import { formerNames, type MeshContext } from "./mesh-context";
import { SystemNamespace } from "./system-namespace";
import { intermediateFrom, type HandedIntermediate, type Intermediate, type Trust } from "./trust";

/** By what the mesh reaches one of its clusters. */
export interface MeshCluster {
  readonly provider: kubernetes.Provider;
  /** URL of the API server as the other clusters reach it. */
  readonly server: pulumi.Input<string>;
  /** Name that the API server's certificate must have. Default: the URL's host. */
  readonly tlsServerName?: pulumi.Input<string>;
  /** PEM bundle, in base64, by which the API server is verified. Default: the cluster's own. */
  readonly certificateAuthorityData?: pulumi.Input<string>;
  /** Reads the addresses that load balancers gave to the cluster's Services. */
  readonly addresses: AddressReader;
  /** Waits for what cert-manager issues there. Default: nobody can, which only a mesh without cert-manager does not mind. */
  readonly issued?: IssuedReader;
  /** UID of its namespace kube-system, by which it is known again. Default: it is not known again. */
  readonly uid?: string;
  /** Namespaces of the mesh, `istio-system` among them, that are there already and not this stack's: they are adopted. Default: none. */
  readonly foreignNamespaces?: readonly string[];
}

/** A cluster with what comes before Istio's charts. */
export interface MeshSite {
  readonly plan: SitePlan;
  /** Name of one of its components. */
  readonly nameOf: (suffix: SiteSuffix) => string;
  readonly access: MeshCluster;
  readonly namespace: SystemNamespace;
  /** The CA of the istiod that runs in it; undefined for a remote cluster. */
  readonly intermediate: Intermediate | undefined;
  /** The same CA, where cert-manager issues it: istiod must not start before it is ready. */
  readonly issued: IssuedIntermediate | undefined;
  /** Roots that its workloads trust, PEM. */
  readonly rootCertificatesPem: pulumi.Input<string>;
  /** Revocation lists that its proxies look at, PEM; undefined without. */
  readonly revocationListsPem?: string;
  /** The Service by which other clusters reach its istiod; undefined where none does. */
  readonly exposed: ExposedIstiod | undefined;
  /** Options of a component of this cluster of that suffix. */
  readonly options: (suffix: SiteSuffix, more?: pulumi.ComponentResourceOptions) => pulumi.ComponentResourceOptions;
}

/** What all sites of a mesh are made with. */
export interface SiteContext extends MeshContext {
  readonly trust: Trust;
  /** Revocation lists that every proxy looks at, PEM. Default: none. */
  readonly revocationListsPem?: string;
}

/** Makes what comes before Istio's charts: the namespace, the intermediate CA, the address at which istiod is reached. */
export function createSite(context: SiteContext, site: SitePlan, access: MeshCluster): MeshSite {
  const { plan, parent, trust } = context;
  const nameOf: MeshSite["nameOf"] = (suffix) => siteComponentName(context.name, site.name, suffix);
  const cluster = plan.clusters.find((candidate) => candidate.name === site.name);
  const controlPlane = controlPlaneIn(plan, site.name);
  const options: MeshSite["options"] = (suffix, more = {}) => ({
    parent,
    provider: access.provider,
    ...formerNames(context, site.name, suffix),
    ...more,
  });
  const intermediate = controlPlane && intermediateFrom(trust.intermediateOf(site.name));
  ensureOfPlan(plan, site.name, intermediate);
  const namespace = new SystemNamespace(
    nameOf("system"),
    {
      mesh: plan,
      cluster: site.name,
      origin: access.foreignNamespaces?.includes(systemNamespace) === true ? "adopt" : "create",
      labels: plan.istio.systemNamespace.labels,
      annotations: plan.istio.systemNamespace.annotations,
      ...(cluster === undefined ? {} : { network: cluster.network, ...servedBy(cluster) }),
      ...(isHanded(intermediate) ? { intermediate } : {}),
      rootCertificatePem: bundleFor(intermediate, context),
      ...listsOf(context),
    },
    options("system"),
  );
  const { install } = plan.trust.certManager ?? {};
  const installation =
    intermediate !== undefined && "issuerRef" in intermediate && install !== undefined
      ? new CertManagerInstallation(nameOf("cert-manager"), install, options("cert-manager"))
      : undefined;
  const issued =
    intermediate !== undefined && "issuerRef" in intermediate
      ? new IssuedIntermediate(
          nameOf("issued-ca"),
          {
            mesh: plan,
            cluster: site.name,
            issuerRef: intermediate.issuerRef,
            namespace: namespace.namespaceName,
            rootCertificatesPem: trust.rootCertificatesPem,
            issued: issuedReaderOf(site.name, access),
            ...(installation === undefined ? {} : { installation }),
          },
          options("issued-ca"),
        )
      : undefined;
  const exposed =
    controlPlane?.exposed &&
    new ExposedIstiod(
      nameOf("exposed-istiod"),
      { plan: controlPlane.exposed, namespace: namespace.namespaceName, addresses: access.addresses },
      options("exposed-istiod"),
    );
  const { rootCertificatesPem } = trust;
  return {
    plan: site,
    nameOf,
    access,
    namespace,
    intermediate,
    issued,
    rootCertificatesPem,
    ...listsOf(context),
    exposed,
    options,
  };
}

function listsOf({ revocationListsPem }: SiteContext): Pick<MeshSite, "revocationListsPem"> {
  return revocationListsPem === undefined ? {} : { revocationListsPem };
}

/**
 * The roots as an istiod is given them. Where they may change, the one that it signs under comes first: istiod takes up
 * another order as it takes up another root, and its proxies then renew their certificates at once.
 */
function bundleFor(intermediate: Intermediate | undefined, { plan, trust }: SiteContext): pulumi.Input<string> {
  const { rootCertificatesPem } = trust;
  if (!isHanded(intermediate) || !mayChangeRoots(plan)) return rootCertificatesPem;
  return pulumi
    .all([intermediate.certificatePem, rootCertificatesPem])
    .apply(([chain, roots]) => issuerFirst(chain, roots));
}

/**
 * Where istiod looks for its intermediate CA follows from the plan: without one there it would make a root of its own, or
 * never start.
 * @throws RunError
 */
function ensureOfPlan(plan: MeshPlan, site: string, intermediate: Intermediate | undefined): void {
  if (intermediate === undefined) return;
  const isIssued = "issuerRef" in intermediate;
  if (isIssued === (intermediateOrigin(plan, site) === "issued")) return;
  const { root } = plan.trust;
  throw new pulumi.RunError(
    `cluster ${site}: the plan's trust.root is ${root}, and the mesh's trust has its intermediate CA ${isIssued ? "issued by cert-manager" : "from elsewhere"}. Give the mesh a trust of the plan's source: of cert-manager a CertManagerTrust.`,
  );
}

function isHanded(intermediate: Intermediate | undefined): intermediate is HandedIntermediate {
  return intermediate !== undefined && "certificatePem" in intermediate;
}

function issuedReaderOf(site: string, { issued }: MeshCluster): IssuedReader {
  if (issued === undefined) throw new pulumi.RunError(`cluster ${site}: nobody was given who waits for cert-manager.`);
  return issued;
}

/** A configuration cluster is led by its istiod wherever that runs; only a plain remote must name who may lead it. */
function servedBy({ name, role, configCluster }: ClusterPlan): { readonly servedBy?: string } {
  return role === "remote" && configCluster !== name ? { servedBy: configCluster } : {};
}

/** Where a control plane's istiod runs. */
export function siteOf(sites: ReadonlyMap<string, MeshSite>, controlPlane: Pick<ControlPlanePlan, "name">): MeshSite {
  const site = sites.get(controlPlane.name);
  if (site === undefined) throw new RangeError(`no cluster ${controlPlane.name}`);
  return site;
}

/** Values of an istiod, known once its intermediate CA is there: without, it would not become ready. */
export function onceIssued({ issued }: MeshSite, values: pulumi.Input<HelmValues>): pulumi.Input<HelmValues> {
  return issued === undefined ? values : pulumi.all([issued.ready, values]).apply(([, known]) => known);
}

/** Values that hold the host name of an exposed istiod, where its address is one: it must stand in the certificate. */
export function withExposedHost(
  site: MeshSite,
  values: (host: string | undefined) => HelmValues,
): pulumi.Input<HelmValues> {
  return site.exposed === undefined ? values(undefined) : exposedHostOf(site).apply(values);
}

/** The host name of an exposed istiod; undefined where its address is none, or it has no address. */
export function exposedHostOf({ exposed }: MeshSite): pulumi.Output<string | undefined> {
  return pulumi.output(exposed?.address).apply((address) => {
    return address !== undefined && isHostName(address) ? address : undefined;
  });
}
