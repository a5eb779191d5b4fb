import * as pulumi from "@pulumi/pulumi";
import { controlPlaneIn, sitesOf, type MeshPlan } from "../topology";
import type { AwaitedRelease } from "./awaited";
import type { Elsewhere } from "./elsewhere";
import { MeshBuilder } from "./mesh-builder";
import { clusterOutputs, controlPlaneOutputs, type ClusterOutputs, type ControlPlaneOutputs } from "./mesh-outputs";
import { createSite, type MeshCluster } from "./mesh-site";
import type { ReleaseTransforms } from "./transforms";

/** What a {@link MeshPart} is made from. */
export interface MeshPartArgs {
  /** The whole mesh. */
  readonly plan: MeshPlan;
  /** The cluster that this part is about. */
  readonly cluster: string;
  /** How it is reached. */
  readonly access: MeshCluster;
  /** What the other parts have. */
  readonly elsewhere: Elsewhere;
  /** Revocation lists that every proxy looks at, PEM: one of every CA of every chain. Public. Default: none. */
  readonly revocationListsPem?: string;
  readonly transforms?: ReleaseTransforms;
}

/**
 * One cluster of a mesh whose clusters are in stacks of their own: what a {@link Mesh} makes in that cluster, by what the
 * other stacks say of theirs. What another stack does not have yet is left out, and made by a later update.
 *
 * To the engine it is a {@link Mesh}; see {@link MeshTrust}.
 */
export class MeshPart extends pulumi.ComponentResource {
  /** What there is to know about the cluster; undefined where only a control plane runs in it. */
  readonly cluster: ClusterOutputs | undefined;
  /** What there is to know about the istiod that runs in it, if one does. */
  readonly controlPlane: ControlPlaneOutputs | undefined;
  /** Kubeconfig by which istiods elsewhere read the cluster; undefined where none does. Secret. */
  readonly reader: pulumi.Output<string> | undefined;
  /** Kubeconfig by which an external istiod takes its configuration from here; undefined where none does. Secret. */
  readonly istiodAccount: pulumi.Output<string> | undefined;
  /** Whether Istio's charts are made: an external istiod waits for its configuration cluster. */
  readonly hasCharts: boolean;
  /** Clusters whose kubeconfigs its istiod is given. */
  readonly reads: readonly string[];
  /** The releases whose pods are waited for. */
  readonly awaited: readonly AwaitedRelease[];
  /** Resolves when everything of this part is there. */
  readonly made: pulumi.Output<unknown>;

  constructor(name: string, args: MeshPartArgs, opts: pulumi.ComponentResourceOptions = {}) {
    const resources: pulumi.Resource[] = [];
    const collect: pulumi.ResourceTransformation = ({ resource }) => {
      resources.push(resource);
      return undefined;
    };
    super("isthmus:index:Mesh", name, {}, { ...opts, transformations: [...(opts.transformations ?? []), collect] });

    const { plan, elsewhere } = args;
    const sitePlan = sitesOf(plan).find((candidate) => candidate.name === args.cluster);
    if (sitePlan === undefined) throw new RangeError(`no cluster ${args.cluster}`);
    const trust = { rootCertificatesPem: elsewhere.rootCertificatePem, intermediateOf: elsewhere.intermediateOf };
    const { revocationListsPem } = args;
    const lists = revocationListsPem === undefined ? {} : { revocationListsPem };
    const site = createSite({ name, plan, parent: this, trust, ...lists }, sitePlan, args.access);
    const builder = new MeshBuilder(args, new Map([[site.plan.name, site]]), elsewhere);
    builder.build();

    const cluster = plan.clusters.find((candidate) => candidate.name === args.cluster);
    const controlPlane = controlPlaneIn(plan, args.cluster);
    this.cluster = cluster && clusterOutputs(plan, cluster, site, builder.gatewayOf(cluster));
    this.controlPlane = controlPlane && controlPlaneOutputs(controlPlane, site);
    this.reader = builder.accounts.readerHere(args.cluster);
    this.istiodAccount = builder.accounts.istiodAccountHere(args.cluster);
    this.hasCharts = builder.hasCharts(args.cluster);
    this.reads = (controlPlane?.reads ?? []).filter((read) => this.hasCharts && elsewhere.has(read, "reader"));
    this.awaited = builder.awaited;
    this.made = pulumi.all(resources.flatMap((resource) => (isCustom(resource) ? [resource.id] : [])));
    this.registerOutputs({ rootFingerprint: elsewhere.rootFingerprint });
  }
}

function isCustom(resource: pulumi.Resource): resource is pulumi.CustomResource {
  return pulumi.CustomResource.isInstance(resource);
}
