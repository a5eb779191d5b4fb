import { mendedByHand } from "./by-hand";
import { faults } from "./faults";
import type { IdentifiedFinding } from "./finding";
import type { MeshFacts } from "./facts";
import type { MeshSnapshot } from "./snapshot";

/** A fault that follows from another one. */
export interface Consequence {
  readonly finding: IdentifiedFinding;
  /** What it follows from: the first cause, where that follows from others itself. */
  readonly from: readonly IdentifiedFinding[];
}

/** What is wrong with a mesh, and what of it comes of something else. */
export interface Diagnosis {
  /** What follows from nothing else that was found: the first one first. */
  readonly firstCauses: readonly IdentifiedFinding[];
  readonly consequences: readonly Consequence[];
}

/** Everything that is wrong in a snapshot, in the order of the table. Pure. */
function findingsIn(snapshot: MeshSnapshot): IdentifiedFinding[] {
  const found = faults.flatMap(({ find, id }) => find(snapshot).map((finding) => ({ id, ...finding })));
  return snapshot.mesh.origin === "clusters" ? found.map(mendedByHand) : found;
}

/** Tells what follows from nothing else from what does. Pure. */
function firstCauses(mesh: MeshFacts, findings: readonly IdentifiedFinding[]): Diagnosis {
  const rootsOf = new Map<IdentifiedFinding, readonly IdentifiedFinding[]>();
  // Origins come before in the table, so that their own are known.
  for (const finding of findings) {
    const origins = findings.filter((other) => rootsOf.has(other) && makes(mesh, other, finding));
    rootsOf.set(finding, [
      ...new Set(origins.flatMap((origin) => (isFirst(rootsOf.get(origin)) ? [origin] : (rootsOf.get(origin) ?? [])))),
    ]);
  }
  const all = [...rootsOf];
  return {
    firstCauses: all.filter(([, from]) => isFirst(from)).map(([finding]) => finding),
    consequences: all.filter(([, from]) => !isFirst(from)).map(([finding, from]) => ({ finding, from })),
  };
}

/** What is wrong with a mesh, and what of it is the cause. A cluster that may be away is none, nor what follows from that. Pure. */
export function diagnose(snapshot: MeshSnapshot): Diagnosis {
  const { consequences, firstCauses: causes } = firstCauses(snapshot.mesh, findingsIn(snapshot));
  const isMeant = ({ clusters, id }: IdentifiedFinding): boolean =>
    id === "cluster-unreachable" && clusters.every((name) => snapshot.mesh.mayBeAway?.includes(name) === true);
  return {
    firstCauses: causes.filter((cause) => !isMeant(cause)),
    consequences: consequences.filter(({ from }) => !from.every(isMeant)),
  };
}

const isFirst = (from: readonly IdentifiedFinding[] | undefined): boolean => from?.length === 0;

function makes(mesh: MeshFacts, origin: IdentifiedFinding, finding: IdentifiedFinding): boolean {
  const follows = faults.find(({ id }) => id === finding.id)?.follows ?? [];
  return follows.some(({ id, where }) => id === origin.id && where(mesh, finding.clusters, origin.clusters));
}
