import * as pulumi from "@pulumi/pulumi";
import { MeshPart, type ClusterOutputs, type ControlPlaneOutputs, type ReleaseTransforms } from "../../components";
import { planOfSites, sitesOf, trustPart, type MeshPlan } from "../../topology";
import { reachable } from "../reachable";
import { parseLastOutputs } from "../last-outputs";
import { withoutPromiseTraces } from "../promise-traces";
import { siteAccess } from "../site-access";
import { stackOutputs } from "../stack-outputs";
import { localFilesDigest } from "./local-files";
import { digestOf, partDigest, usesOf, type PartSource } from "./digest";
import { elsewhereOf, ensureNeeds, offersIn, readOtherParts } from "./other-parts";
import { parsePartOutputs } from "./part-outputs";
import type { MeshOutput, PartOutput } from "./trust-stack";

/** What the stack of one cluster exports; as the stack of a whole mesh, with one cluster, and what the other parts need. */
export interface ClusterStackOutputs {
  readonly mesh: MeshOutput;
  readonly clusters: Readonly<Record<string, ClusterOutputs>>;
  readonly controlPlanes: Readonly<Record<string, ControlPlaneOutputs>>;
  readonly part?: PartOutput;
  /** Secret. */
  readonly kubeconfigs?: Readonly<Record<string, pulumi.Output<string>>>;
}

/** Which part of a mesh a stack is. */
export interface ClusterStackArgs {
  readonly plan: MeshPlan;
  /** The stack whose configuration describes the mesh. */
  readonly stack: string;
  /** The cluster. */
  readonly part: string;
  readonly transforms: ReleaseTransforms;
  /** Directory that the configuration's relative paths start from. */
  readonly projectDirectory: string;
}

/**
 * One cluster of a mesh, in a stack of its own.
 * @throws ConfigurationError with every problem at once, before any resource is registered.
 */
export async function clusterStack(args: ClusterStackArgs): Promise<ClusterStackOutputs> {
  const { plan, stack, part, transforms, projectDirectory } = args;
  const outputs = await stackOutputs(pulumi.getStack());
  const last = parseLastOutputs(outputs);
  const { uses: lastUses } = parsePartOutputs(outputs).part;
  const others = await readOtherParts(plan, stack, part);
  await ensureNeeds({ plan, stack, part, others, lastUses });
  const elsewhere = elsewhereOf(others);
  const mesh = { id: plan.id, trustDomain: plan.trustDomain, rootFingerprint: elsewhere.rootFingerprint };

  const root = others.get(trustPart)?.mesh.rootFingerprint;
  const roots = root === undefined ? [] : [root];
  const reached = await reachable(planOfSites(plan, [part]), projectDirectory, last, roots);
  const access = reached.clusters.get(part);
  const site = sitesOf(reached.plan).find(({ name }) => name === part);
  // A new cluster that cannot be reached and is to be skipped is left out for now.
  if (site === undefined || access === undefined) return { mesh, clusters: {}, controlPlanes: {} };

  const made = withoutPromiseTraces(
    () => new MeshPart("mesh", { plan, cluster: part, access: siteAccess(site, access, last), elsewhere, transforms }),
  );
  const files = localFilesDigest(plan, projectDirectory);
  return clusterStackOutputs(made, mesh, { plan, part, access, files, offers: offersIn(others) });
}

/** What the stack of a cluster exports once its part is made. */
export function clusterStackOutputs(made: MeshPart, mesh: MeshOutput, source: PartSource): ClusterStackOutputs {
  const { part } = source;
  return {
    mesh,
    clusters: made.cluster === undefined ? {} : { [part]: made.cluster },
    controlPlanes: made.controlPlane === undefined ? {} : { [part]: made.controlPlane },
    part: {
      offers: offersFrom(made),
      uses: usesOf(source),
      digest: made.made.apply(() => partDigest(source)),
    },
    kubeconfigs: {
      ...(made.reader === undefined ? {} : { reader: made.reader }),
      ...(made.istiodAccount === undefined ? {} : { istiodAccount: made.istiodAccount }),
    },
  };
}

/** What the part has for others, known when it is there. */
function offersFrom(part: MeshPart): PartOutput["offers"] {
  const when = (value: string): pulumi.Output<string> => part.made.apply(() => value);
  const { controlPlane, reader, istiodAccount, reads } = part;
  return {
    ...(controlPlane !== undefined && part.hasCharts ? { istiod: when("serves") } : {}),
    ...(controlPlane?.address === undefined ? {} : { address: controlPlane.address }),
    ...(reader === undefined ? {} : { reader: digestOfSecret(reader) }),
    ...(istiodAccount === undefined ? {} : { "istiod-account": digestOfSecret(istiodAccount) }),
    ...Object.fromEntries(reads.map((read) => [`reads.${read}`, when("yes")])),
  };
}

/** A kubeconfig's token is too long to be guessed from a digest. */
function digestOfSecret(kubeconfig: pulumi.Output<string>): pulumi.Output<string> {
  return pulumi.unsecret(kubeconfig.apply(digestOf));
}
