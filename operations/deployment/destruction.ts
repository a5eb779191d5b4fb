import type { ClusterAccess } from "../../access";
import { ConfigurationError } from "../../topology";
import { foreignContentsOf, type ForeignContents } from "../foreign-contents";
import { removeMeshLeftovers, type LeftoverScope, type RemovedLeftovers } from "../leftovers";
import { findClusters, type ChangesResult } from "../stack";
import { inProject, keepSecrets } from "./mesh-operation";
import type { OpenedMesh } from "./opened-mesh";
import type { DestroyOptions } from "./options";
import type { Run } from "./run";
import { stacksOf, type MeshStacks } from "./stacks";

/** What taking a mesh down came to. */
export interface DestroyResult extends ChangesResult {
  /** What was removed beside, cluster by cluster: what istiod itself had left, and empty namespaces. */
  readonly leftovers: readonly RemovedLeftovers[];
}

/**
 * Takes a mesh down, with what istiod itself left in its clusters.
 * @throws ConfigurationError when a cluster does not answer, or there is no stack; nothing is removed then.
 */
export async function destroyMesh(run: Run, options: DestroyOptions): Promise<DestroyResult> {
  const stacks = stacksOf(run.plan);
  const clusters = await findClusters(run, await stacks.knowledge(run));
  const { changes } = await destroyStacks(run, stacks, clusters);
  const leftovers = await removeMeshLeftovers(clusters, leftoverScope(options), run.variables);
  return { stack: run.stack, changes, leftovers };
}

/**
 * What others have in the clusters of a mesh and would lose with it. Changes nothing.
 * @throws ConfigurationError when a cluster does not answer.
 */
export function foreignContentsIn(mesh: OpenedMesh, options: DestroyOptions): Promise<ForeignContents[]> {
  return inProject(mesh, async (look) => {
    await keepSecrets(mesh, look);
    const clusters = await findClusters(look, await stacksOf(mesh.plan).knowledge(look));
    return foreignContentsOf(clusters, leftoverScope(options), look.variables);
  });
}

/**
 * Removes what a mesh's stacks made.
 * @throws ConfigurationError when there are none: whatever stands in the clusters then is another's, or belongs to stacks
 *   that another backend has.
 */
export async function destroyStacks(
  run: Run,
  stacks: Pick<MeshStacks, "destroy">,
  clusters: ReadonlyMap<string, ClusterAccess>,
): Promise<ChangesResult> {
  const destroyed = await stacks.destroy(run, clusters);
  if (destroyed !== undefined) return destroyed;
  throw new ConfigurationError([
    {
      path: `stack ${run.stack}`,
      expected: "a stack that the mesh was brought up with",
      found: "none of that name in this backend; nothing was removed",
      fix: "Name another with `--stack`, or the backend that has it (`pulumi login`, PULUMI_BACKEND_URL).",
    },
  ]);
}

/** What of a destroyed mesh's leftovers goes. */
function leftoverScope({ customResourceDefinitions }: DestroyOptions): LeftoverScope {
  return customResourceDefinitions === "remove" ? "istiod-and-crds" : "istiod";
}
