import * as pulumi from "@pulumi/pulumi";
import { sitesOf, type MeshPlan } from "../topology";
import { nothingElsewhere } from "../trust";
import type { AwaitedRelease } from "./awaited";
import { MeshBuilder } from "./mesh-builder";
import { clusterOutputs, controlPlaneOutputs, type ClusterOutputs, type ControlPlaneOutputs } from "./mesh-outputs";
import type { MeshContext } from "./mesh-context";
import { createSite, siteOf, type MeshCluster } from "./mesh-site";
import type { RootOutputs } from "./internal/roots";
import { trustedRoots, trustFrom, type Trust } from "./trust";
import type { ReleaseTransforms } from "./transforms";

/** What a {@link Mesh} is made from. */
export interface MeshArgs {
  readonly plan: MeshPlan;
  /** How each cluster of the plan is reached, external control planes' among them, by name. */
  readonly clusters: Readonly<Record<string, MeshCluster>>;
  /**
   * Where its certificates come from, or what makes that as a part of the mesh. Default: a root that the stack makes, with
   * which it signs an intermediate for each istiod.
   */
  readonly trust?: Trust | ((context: MeshContext) => Trust);
  /** Revocation lists that every proxy looks at, PEM: one of every CA of every chain. Public. Default: none. */
  readonly revocationListsPem?: string;
  /** The last word on the Helm releases' arguments. */
  readonly transforms?: ReleaseTransforms;
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
  /** SHA-256 fingerprint of the root certificate; of several, of the first. */
  readonly rootFingerprint: pulumi.Output<string>;
  /** The roots that its workloads trust. */
  readonly roots: pulumi.Output<readonly RootOutputs[]>;
  /** Requests by which its intermediates are signed elsewhere, PEM, by cluster; undefined where nothing is to be signed. */
  readonly requests: Trust["requests"];
  /** What there is to know about each cluster, by name. */
  readonly clusters: Readonly<Record<string, ClusterOutputs>>;
  /** What there is to know about each istiod, by the name of the cluster that it runs in. */
  readonly controlPlanes: Readonly<Record<string, ControlPlaneOutputs>>;
  /** The releases whose pods are waited for. */
  readonly awaited: readonly AwaitedRelease[];

  constructor(name: string, args: MeshArgs, opts?: pulumi.ComponentResourceOptions) {
    super("isthmus:index:Mesh", name, {}, opts);

    const { plan } = args;
    const trust = trustOf(args, { name, plan, parent: this });
    const { revocationListsPem } = args;
    const context = {
      name,
      plan,
      parent: this,
      trust,
      ...(revocationListsPem === undefined ? {} : { revocationListsPem }),
    };
    const sites = new Map(
      sitesOf(plan).map((site) => [site.name, createSite(context, site, accessOf(args, site.name))] as const),
    );
    const builder = new MeshBuilder(args, sites);
    builder.build();

    this.awaited = builder.awaited;
    const { fingerprint, roots } = trustedRoots(trust);
    this.rootFingerprint = fingerprint;
    this.roots = roots;
    this.requests = trust.requests;
    this.clusters = Object.fromEntries(
      plan.clusters.map((cluster) => [
        cluster.name,
        clusterOutputs(plan, cluster, siteOf(sites, cluster), builder.gatewayOf(cluster)),
      ]),
    );
    this.controlPlanes = Object.fromEntries(
      plan.controlPlanes.map((controlPlane) => [
        controlPlane.name,
        controlPlaneOutputs(controlPlane, siteOf(sites, controlPlane)),
      ]),
    );
    this.registerOutputs({ rootFingerprint: this.rootFingerprint });
  }
}

function trustOf({ trust }: MeshArgs, context: MeshContext): Trust {
  if (typeof trust === "function") return trust(context);
  return trust ?? trustFrom(context, nothingElsewhere);
}

function accessOf({ plan, clusters }: MeshArgs, name: string): MeshCluster {
  const access = clusters[name];
  if (access === undefined) throw new pulumi.RunError(`Mesh ${plan.id}: no provider was given for cluster ${name}.`);
  return access;
}
