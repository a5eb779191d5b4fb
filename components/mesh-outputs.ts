import * as pulumi from "@pulumi/pulumi";
import { systemNamespace, type ClusterPlan, type ControlPlanePlan, type MeshPlan } from "../topology";
import type { EastWestGateway } from "./east-west-gateway";
import { issuerRoot } from "./internal/roots";
import type { MeshSite } from "./mesh-site";

/** What a reader of the stack learns about an intermediate CA. */
export interface IntermediateOutputs {
  /** End of its validity, RFC 3339; left out where somebody else keeps it and it could not be read. */
  readonly notAfter?: pulumi.Input<string | undefined>;
  /** SHA-256 fingerprint of the root that it leads to; left out where somebody else keeps it. */
  readonly root?: pulumi.Output<string | undefined>;
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
  readonly intermediate: IntermediateOutputs | undefined;
  /** Name of the token that istiods elsewhere are given of it; left out where it has the one that nobody names. */
  readonly readerToken?: string;
  /** Namespaces that this stack made, by which the next run knows them for its own; left out where there are none. */
  readonly namespaces?: readonly string[];
  /** `adopted` where somebody else made its `istio-system`, which stays when the mesh goes; left out where this stack did. */
  readonly systemNamespace?: "adopted";
  /** UID of its namespace kube-system, by which the next run knows it again; left out where nobody said it. */
  readonly uid?: string;
}

/** What a reader of the stack learns about one istiod. */
export interface ControlPlaneOutputs {
  readonly kind: string;
  readonly configCluster: string;
  readonly serves: readonly string[];
  /** At which other clusters reach it; none where it serves only its own. */
  readonly address: pulumi.Output<string> | undefined;
  readonly intermediate: IntermediateOutputs | undefined;
  /** `adopted` where somebody else made the `istio-system` that it runs in; left out where this stack did. */
  readonly systemNamespace?: "adopted";
  /** UID of the namespace kube-system of the cluster that it runs in; left out where nobody said it. */
  readonly uid?: string;
}

/** What there is to know about a cluster once it is made. */
export function clusterOutputs(
  plan: MeshPlan,
  cluster: ClusterPlan,
  site: MeshSite,
  gateway: EastWestGateway | undefined,
): ClusterOutputs {
  const namespaces = namespacesOf(plan, cluster)
    .map(({ name }) => name)
    .filter((name) => site.access.foreignNamespaces?.includes(name) !== true);
  return {
    model: cluster.model,
    network: cluster.network,
    controlPlane: cluster.controlPlane,
    revision: "default",
    eastWest: gateway && { addresses: gateway.addresses, port: gateway.port },
    intermediate: intermediateOutputs(site),
    ...(cluster.readerTokens === undefined ? {} : { readerToken: cluster.readerTokens.used }),
    ...(namespaces.length === 0 ? {} : { namespaces }),
    ...seenOf(site),
  };
}

/** What there is to know about an istiod once it is made. */
export function controlPlaneOutputs(controlPlane: ControlPlanePlan, site: MeshSite): ControlPlaneOutputs {
  const { exposed } = site;
  const { kind, configCluster, serves } = controlPlane;
  return {
    kind,
    configCluster,
    serves,
    address: exposed?.address,
    intermediate: intermediateOutputs(site),
    ...seenOf(site),
  };
}

function intermediateOutputs(site: MeshSite): IntermediateOutputs | undefined {
  const { intermediate, issued, rootCertificatesPem } = site;
  if (intermediate === undefined) return undefined;
  if ("issuerRef" in intermediate) return issued === undefined ? {} : { notAfter: issued.notAfter, root: issued.root };
  const ends = intermediate.notAfter === undefined ? {} : { notAfter: intermediate.notAfter };
  if ("existingSecret" in intermediate) return ends;
  const chainAndRoots = pulumi.all([intermediate.certificatePem, rootCertificatesPem]);
  return { ...ends, root: chainAndRoots.apply(([chain, roots]) => issuerRoot(chain, roots)) };
}

/** By what the next run knows the cluster and its system namespace again. */
function seenOf({ access: { foreignNamespaces, uid } }: MeshSite): Pick<ClusterOutputs, "systemNamespace" | "uid"> {
  return {
    ...(foreignNamespaces?.includes(systemNamespace) === true ? { systemNamespace: "adopted" } : {}),
    ...(uid === undefined ? {} : { uid }),
  };
}

/** The namespaces of the mesh's workloads that a cluster has. */
export function namespacesOf(plan: MeshPlan, cluster: ClusterPlan): MeshPlan["namespaces"] {
  return plan.namespaces.filter(({ clusters }) => clusters.includes(cluster.name));
}
