import type * as pulumi from "@pulumi/pulumi";
import {
  Mesh,
  trustFrom,
  type MeshArgs,
  type ClusterOutputs,
  type ControlPlaneOutputs,
  type RootOutputs,
} from "../components";
import { meshName, movedConfigurations, sitesOf, withMutualTls, type MeshPlan } from "../topology";
import type { TrustMaterial } from "../trust";
import { configClusters, lastOutputs } from "./last-outputs";
import { withoutPromiseTraces } from "./promise-traces";
import { reachable } from "./reachable";
import { siteAccess } from "./site-access";
import type { FoundTransforms } from "./transforms";
import { watchWaiting } from "./waiting-watch";

/** What every stack of a mesh says of it. */
export interface MeshOutput {
  readonly id: string;
  readonly trustDomain: string;
  readonly rootFingerprint: pulumi.Output<string>;
  /** All roots that its workloads trust; of a mesh in parts the stack of the trust says it. */
  readonly roots?: pulumi.Output<readonly RootOutputs[]>;
  /** How its workloads take calls: by this the next update knows what the mesh has where the configuration does not say. */
  readonly mtls: MeshPlan["mtls"];
}

/** What a mesh's stack exports. */
export interface MeshStackOutputs {
  readonly mesh: MeshOutput;
  readonly clusters: Readonly<Record<string, ClusterOutputs>>;
  readonly controlPlanes: Readonly<Record<string, ControlPlaneOutputs>>;
  /** Where certificates are signed elsewhere: what is to be signed, PEM, by cluster. */
  readonly trust?: { readonly requests: Readonly<Record<string, pulumi.Output<string>>> };
}

function revocationListsOf({ revocationListsPem }: TrustMaterial): Pick<MeshArgs, "revocationListsPem"> {
  return revocationListsPem === undefined ? {} : { revocationListsPem };
}

/**
 * The whole mesh in one stack.
 * @param projectDirectory Directory that the configuration's relative paths start from.
 * @throws ConfigurationError with every problem at once, before any resource is registered.
 */
export async function meshStack(
  configured: MeshPlan,
  { transforms, mistakes }: FoundTransforms,
  projectDirectory: string,
): Promise<MeshStackOutputs> {
  const last = await lastOutputs();
  const wanted = withMutualTls(configured, last.mesh);
  const {
    plan,
    clusters,
    trust: material,
  } = await reachable(wanted, projectDirectory, last, {
    mistakes: [...mistakes, ...movedConfigurations(wanted, configClusters(last))],
  });
  const mesh = withoutPromiseTraces(
    () =>
      new Mesh(meshName, {
        plan,
        transforms,
        trust: (context) => trustFrom(context, material),
        ...revocationListsOf(material),
        clusters: Object.fromEntries(
          sitesOf(plan).flatMap((site) => {
            const reached = clusters.get(site.name);
            return reached === undefined ? [] : [[site.name, siteAccess(plan, site, reached, last)]];
          }),
        ),
      }),
  );
  watchWaiting(mesh.awaited, clusters);
  return {
    mesh: {
      id: plan.id,
      trustDomain: plan.trustDomain,
      rootFingerprint: mesh.rootFingerprint,
      roots: mesh.roots,
      mtls: plan.mtls,
    },
    clusters: mesh.clusters,
    controlPlanes: mesh.controlPlanes,
    ...(mesh.requests === undefined ? {} : { trust: { requests: mesh.requests } }),
  };
}
