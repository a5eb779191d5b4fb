import { systemNamespace, type Problem } from "../../topology";
import { compareRoots, uidWords, type ClusterSighting } from "./cluster-identity";
import type { KnownCluster } from "./stack-knowledge";

/** A cluster that something is to be removed from. */
export interface RemovalSubject {
  readonly name: string;
  /** Where it is described, for problems with it. */
  readonly path: string;
  readonly sighting: ClusterSighting;
  readonly known: KnownCluster | undefined;
  /** Fingerprints of the mesh's roots. */
  readonly roots: readonly string[];
}

/**
 * Whether something may be removed from a cluster: only from the one that the stack knows. Pure.
 * @returns `left-alone` for another one of which the stack has nothing: there is nothing of it to remove there; what is
 *   wrong where the stack would remove from another one, or knows nothing of a mesh that stands.
 */
export function judgeRemoval({ name, path, sighting, known, roots }: RemovalSubject): "known" | "left-alone" | Problem {
  const { system, uid } = sighting;
  const { state } = known ?? {};
  const systemUid = system.kind === "ours" ? system.uid : undefined;
  if (systemUid !== undefined && systemUid === state?.systemUid) return "known";
  const isOther = uid !== undefined && known?.uid !== undefined && known.uid !== uid;
  const hasNothing = known === undefined || state?.holds === "nothing";
  const isReplaced = systemUid !== undefined && state?.systemUid !== undefined && uid !== known?.uid;
  const isOfOthers = system.kind === "ours" && compareRoots(system.roots, roots) === "apart";
  if (hasNothing && system.kind === "ours") {
    return {
      path,
      expected: `a stack that has what stands in ${name}, to remove it`,
      found: "one that has nothing of it: its state was lost, or is in another backend or under another name",
      fix: "Log in to the backend that has it (PULUMI_BACKEND_URL), name its stack (`--stack`), or restore its state (`pulumi stack import`).",
    };
  }
  if (hasNothing) return isOther ? "left-alone" : "known";
  if (!isOther && !isReplaced && !isOfOthers) return "known";
  return {
    path,
    expected: `the cluster that this stack knows as ${name}${uidWords(known)}, to remove the mesh from it`,
    found: `another one${uid === undefined ? "" : ` (${uid})`}${system.kind === "ours" ? `, with another ${systemNamespace}` : ""}`,
    fix:
      `Name the context of ${name}. If it was made anew, run \`isthmus refresh\` first, by which the stack forgets what is gone; ` +
      `if it is gone for good, take it out of the configuration and \`isthmus forget ${name}\`.`,
  };
}
