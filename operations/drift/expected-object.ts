/** Objects that are to stand in a cluster, and how far what says so is believed. Pure. */

import { trustInRecord, type RecordTrust } from "./applied/record-trust";
import type { AppliedObject, AppliedRelease } from "./applied/state";
import type { Difference } from "./compare/compare";
import type { KubernetesObject } from "./compare/object-kind";
import type { DriftFinding } from "./finding";
import { referenceTo } from "./object-reference";
import { unknownObject } from "./release-drift";

/** An object that is to stand in the cluster. */
export interface ExpectedObject {
  readonly object: KubernetesObject;
  /** The release that applied it; undefined for one that the stack made itself. */
  readonly release?: AppliedRelease;
  /** Whether the release stands as it was applied: only then its objects can be put back. */
  readonly isOfOurRevision: boolean;
  /** Whether the object is ours, or only fields of another's. */
  readonly extent: AppliedObject["extent"];
  /** What it may be put back to; the stack's own state is always believed. */
  readonly trust: RecordTrust;
}

/** What the stack made itself. */
export function stackObject({ object, extent }: AppliedObject): ExpectedObject {
  return { object, extent, isOfOurRevision: true, trust: "all" };
}

/** What a release's record says that it made; an object that the state knows nothing of is a finding, and no more. */
export function recordedObjects(
  release: AppliedRelease,
  recorded: readonly KubernetesObject[],
  isOfOurRevision: boolean,
): { readonly findings: readonly DriftFinding[]; readonly objects: readonly ExpectedObject[] } {
  const judged = recorded.map((object): ExpectedObject => ({
    object,
    release,
    isOfOurRevision,
    extent: "object",
    trust: trustInRecord(release, object),
  }));
  // Of a release that somebody upgraded another finding tells.
  const unknown = isOfOurRevision ? judged.filter(({ trust }) => trust === "unknown-object") : [];
  return {
    findings: unknown.map(({ object }) => unknownObject(release, referenceTo(object))),
    objects: judged.filter((one) => !unknown.includes(one)),
  };
}

/** Whether an object that is gone may be made again: Pulumi must know of one of the stack itself, and makes it. */
export function canBeMadeAgain({ release, isOfOurRevision, trust }: ExpectedObject): boolean {
  return release !== undefined && isOfOurRevision && trust === "all";
}

/** Whether what differs of an object may be put back. */
export function isTrustedAbout({ trust }: ExpectedObject, differences: readonly Difference[]): boolean {
  return trust === "all" || (trust === "less" && differences.every(({ kind }) => kind === "extra"));
}
