/** What is found of drift. */

import type { Mend } from "./compare/compare";
import type { ObjectReference } from "./object-reference";

/**
 * What kind of drift it is.
 * - `missing`: was applied and is gone: an object, or a field of one.
 * - `changed`: stands with another value.
 * - `extra`: stands in an object of ours and was never applied.
 * - `release`: somebody else has installed, upgraded or removed a Helm release of ours.
 * - `stray`: stands and is marked as ours, and no stack knows it.
 * - `foreign`: somebody else's, in a place where it changes the mesh. A warning.
 * - `unreadable`: could not be looked at.
 * - `unreachable`: the whole cluster could not be asked.
 */
export type DriftKind =
  "missing" | "changed" | "extra" | "release" | "stray" | "foreign" | "unreadable" | "unreachable";

/** One thing that is not as it was applied. Its words never hold a secret. */
export interface DriftFinding {
  /** The cluster's name in the mesh. */
  readonly cluster: string;
  readonly kind: DriftKind;
  /** `warning`: it is told, and the mesh counts as undrifted. */
  readonly severity: "drift" | "warning";
  /** Undefined for what is about a whole cluster. */
  readonly object?: ObjectReference;
  /** The Helm release that applied the object, as `namespace/name`; undefined for one that the stack made itself. */
  readonly release?: string;
  /** Where in the object: `spec.template.spec.containers[discovery].env[FOO]`; empty for all of it. */
  readonly path: string;
  /** What was applied, in short. */
  readonly expected: string;
  /** What stands, in short. */
  readonly found: string;
  /** What to do, as an imperative sentence. */
  readonly remedy: string;
}

/** How an object can be put back by `isthmus drift --repair`. May hold secrets: it is for the API server alone. */
export interface Repair {
  /** Path of the object at the API server, or of the collection that it is to be created in. */
  readonly path: string;
  readonly object: ObjectReference;
  /** The object, where it is gone. */
  readonly create?: object;
  /** How it is mended, where it stands. */
  readonly mends?: readonly Mend[];
  /** The version that was looked at: nothing is changed in another. */
  readonly resourceVersion?: string;
}

/** What came of one cluster. */
export interface ClusterDrift {
  readonly cluster: string;
  /** Objects that were compared. */
  readonly objects: number;
  readonly findings: readonly DriftFinding[];
  readonly repairs: readonly Repair[];
}
