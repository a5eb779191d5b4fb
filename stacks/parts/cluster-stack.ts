import * as pulumi from "@pulumi/pulumi";
import { MeshPart, type ClusterOutputs, type ControlPlaneOutputs } from "../../components";
import {
  meshName,
  movedConfigurations,
  planOfSites,
  sitesOf,
  trustPart,
  withMutualTls,
  type MeshPlan,
} from "../../topology";
import { findRevocations } from "../../preflight";
import { nothingElsewhere } from "../../trust";
import { reachable } from "../reachable";
import { configClusters, parseLastOutputs } from "../last-outputs";
import type { MeshOutput } from "../mesh-stack";
import { withoutPromiseTraces } from "../promise-traces";
import { siteAccess } from "../site-access";
import type { FoundTransforms } from "../transforms";
import { watchWaiting } from "../waiting-watch";
import { localFilesDigest } from "./local-files";
import { digestOf, partDigest, usesOf, type PartSource } from "./digest";
import { elsewhereOf, ensureNeeds, offersIn, readOtherParts } from "./other-parts";
import { parsePartOutputs } from "./part-outputs";
import type { PartOutput } from "./trust-stack";

/** What the stack of one cluster exports; as the stack of a whole mesh, with one cluster, and what the other parts need. */
export interface ClusterStackOutputs {
  readonly mesh: MeshOutput;
  readonly clusters: Readonly<Record<string, ClusterOutputs>>;
  readonly controlPlanes: Readonly<Record<string, ControlPlaneOutputs>>;
  readonly part: PartOutput;
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
  readonly transforms: FoundTransforms;
  /** Directory that the configuration's relative paths start from. */
  readonly projectDirectory: string;
  /** What this stack's last update said. */
  readonly outputs: unknown;
}

/** What a part is made from, and whose it is. */
export interface MadePart extends PartSource {
  /** The stack whose configuration describes the mesh. */
  readonly environment: string;
  /** What it used at its last update. Default: nothing. */
  readonly lastUses?: Readonly<Record<string, string>>;
}

/**
 * One cluster of a mesh, in a stack of its own.
 * @throws ConfigurationError with every problem at once, before any resource is registered.
 */
export async function clusterStack(args: ClusterStackArgs): Promise<ClusterStackOutputs> {
  const { stack, part, projectDirectory, outputs } = args;
  const { transforms, mistakes } = args.transforms;
  const last = parseLastOutputs(outputs);
  const { uses: lastUses } = parsePartOutputs(outputs).part;
  const others = await readOtherParts(args.plan, stack, part);
  const trust = others.get(trustPart)?.mesh ?? {};
  // One cluster may be new to a mesh that stands: the trust was there first.
  const plan = withMutualTls(args.plan, trust);
  await ensureNeeds({ plan, stack, part, others, lastUses });
  const elsewhere = elsewhereOf(plan, others);
  const mesh = {
    id: plan.id,
    trustDomain: plan.trustDomain,
    rootFingerprint: elsewhere.rootFingerprint,
    mtls: plan.mtls,
  };

  const { rootFingerprint, roots = [] } = trust;
  const known = [...(rootFingerprint === undefined ? [] : [rootFingerprint]), ...roots.map((root) => root.fingerprint)];
  const lists = await findRevocations(plan, projectDirectory, nothingElsewhere);
  const reached = await reachable(planOfSites(plan, [part]), projectDirectory, last, {
    part: { name: part, roots: known },
    mistakes: [...mistakes, ...movedConfigurations(plan, configClusters(last)), ...lists.problems],
  });
  const access = reached.clusters.get(part);
  const site = sitesOf(reached.plan).find(({ name }) => name === part);
  // A new cluster that cannot be reached and is to be skipped is left out for now.
  if (site === undefined || access === undefined) {
    const own = { mesh: plan.id, environment: stack, name: part, offers: {}, uses: {} };
    return { mesh, clusters: {}, controlPlanes: {}, part: own };
  }

  const made = withoutPromiseTraces(
    () =>
      new MeshPart(meshName, {
        plan,
        cluster: part,
        access: siteAccess(plan, site, access, last),
        elsewhere,
        ...(lists.pem === undefined ? {} : { revocationListsPem: lists.pem }),
        transforms,
      }),
  );
  watchWaiting(made.awaited, reached.clusters);
  const files = localFilesDigest(plan, projectDirectory);
  return clusterStackOutputs(made, mesh, {
    plan,
    part,
    environment: stack,
    access,
    files,
    offers: offersIn(others),
    lastUses,
  });
}

/** What the stack of a cluster exports once its part is made. */
export function clusterStackOutputs(made: MeshPart, mesh: MeshOutput, source: MadePart): ClusterStackOutputs {
  const { plan, part, environment, lastUses = {} } = source;
  const uses = usesOf(source);
  const formerUses = Object.fromEntries(Object.entries(lastUses).filter(([key]) => !Object.hasOwn(uses, key)));
  return {
    mesh,
    clusters: made.cluster === undefined ? {} : { [part]: made.cluster },
    controlPlanes: made.controlPlane === undefined ? {} : { [part]: made.controlPlane },
    part: {
      mesh: plan.id,
      environment,
      name: part,
      offers: offersFrom(made),
      uses,
      ...(Object.keys(formerUses).length === 0 ? {} : { formerUses }),
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
