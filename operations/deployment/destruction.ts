import type { ClusterAccess } from "../../access";
import { ConfigurationError } from "../../topology";
import type { LeftoverScope } from "../leftovers";
import type { ChangesResult } from "../stack";
import type { DestroyOptions } from "./options";
import type { Run } from "./run";
import type { MeshStacks } from "./stacks";

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
export function leftoverScope({ customResourceDefinitions }: DestroyOptions): LeftoverScope {
  return customResourceDefinitions === "remove" ? "istiod-and-crds" : "istiod";
}
