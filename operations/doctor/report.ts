import { diagnose, faults, type IdentifiedFinding, type MeshSnapshot } from "../../diagnosis";
import type { AcceptedFinding } from "../../topology";
import { acceptanceOf, acceptanceStates, type Acceptance, type AcceptanceState } from "../acceptance";

/** What `isthmus doctor -o json` prints. */
export interface DoctorReport {
  /** The mesh's id. */
  readonly mesh: string;
  /** When the mesh was looked at, RFC 3339. */
  readonly takenAt: string;
  /** What is wrong and follows from nothing else that was found, the first one first. */
  readonly causes: readonly DoctorCause[];
  /** What is wrong and follows from a cause. */
  readonly consequences: readonly DoctorConsequence[];
  /** What could not be looked at. */
  readonly notLookedAt: readonly NotLookedAt[];
  /** What the mesh's file accepts, of as much of it as was looked for. Left out where there is nothing. */
  readonly acceptances?: readonly AcceptanceState[];
}

/** Something that is wrong with a mesh, what shows it, and what mends it. */
export interface DoctorCause {
  /** Stable: docs/doctor.md has them all. */
  readonly id: string;
  /** The clusters that it is about: of an istiod that does not read a cluster, first the istiod's and then the other. */
  readonly clusters: readonly string[];
  /** What is so. Never a secret. */
  readonly found: string;
  /** The line, the event, the certificate's dates. */
  readonly proof: readonly string[];
  /** What to do. */
  readonly fix: string;
  /** By what the mesh's file accepts it: it counts as nothing wrong then. */
  readonly accepted?: Acceptance;
}

/** Something that is wrong because something else is. */
export interface DoctorConsequence extends Pick<DoctorCause, "id" | "clusters" | "found"> {
  /** The causes that it follows from. */
  readonly from: readonly Pick<DoctorCause, "id" | "clusters">[];
}

/** Something that could not be looked at. */
export interface NotLookedAt {
  readonly cluster: string;
  readonly what: string;
  readonly reason: string;
}

/** What a snapshot shows to be wrong with a mesh, and why. Pure. */
export function doctorReport(snapshot: MeshSnapshot): DoctorReport {
  const { mesh, takenAt } = snapshot;
  const { consequences, firstCauses } = diagnose(snapshot);
  const acceptances = acceptancesIn(snapshot, [...firstCauses, ...consequences.map(({ finding }) => finding)]);
  return {
    mesh: mesh.id,
    takenAt,
    causes: firstCauses.map((cause) => causeIn(snapshot, cause)),
    consequences: consequences.map(({ finding: { clusters, found, id }, from }) => ({
      id,
      clusters,
      found,
      from: from.map((cause) => ({ id: cause.id, clusters: cause.clusters })),
    })),
    notLookedAt: notLookedAtIn(snapshot),
    ...(acceptances.length === 0 ? {} : { acceptances }),
  };
}

function causeIn({ mesh, takenAt }: MeshSnapshot, cause: IdentifiedFinding): DoctorCause {
  const accepted = acceptanceOf(mesh.accepted ?? [], cause, new Date(takenAt));
  return accepted === undefined ? cause : { ...cause, accepted };
}

function acceptancesIn(snapshot: MeshSnapshot, found: readonly IdentifiedFinding[]): AcceptanceState[] {
  const notLookedAt = notLookedAtIn(snapshot).map(({ cluster }) => cluster);
  const isLookedFor = ({ clusters = snapshot.mesh.sites, finding }: AcceptedFinding): boolean =>
    faultTitles.has(finding) && !clusters.some((name) => notLookedAt.includes(name));
  return acceptanceStates(snapshot.mesh.accepted ?? [], found, isLookedFor, new Date(snapshot.takenAt));
}

/** Whether nothing was found to be wrong but what is accepted, in what could be looked at. Pure. */
export function isFoundWell({ causes }: DoctorReport): boolean {
  return causes.every(({ accepted }) => accepted !== undefined);
}

/** What is wrong, in a few words, by the ids of causes. */
export const faultTitles: ReadonlyMap<string, string> = new Map(faults.map(({ id, title }) => [id, title]));

function notLookedAtIn({ clusters, mesh }: MeshSnapshot): NotLookedAt[] {
  const seen = clusters.flatMap(({ cluster, trouble, unread }) => [
    ...(trouble === undefined ? [] : [{ cluster, what: "the whole cluster", reason: "it does not answer" }]),
    ...unread.map(({ what, reason }) => ({ cluster, what, reason })),
  ]);
  const unknown = mesh.sites.filter((name) => !clusters.some(({ cluster }) => cluster === name));
  return [
    ...seen,
    ...unknown.map((cluster) => ({ cluster, what: "the whole cluster", reason: "nobody said how it is reached" })),
  ];
}
