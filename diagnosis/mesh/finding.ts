import type { MeshFacts } from "./facts";
import type { FaultId } from "./fault-id";
import type { MeshSnapshot } from "./snapshot";

/** What a rule finds. */
export interface MeshFinding {
  /** The clusters that it is about: of an istiod that does not read a cluster, first the istiod's and then the other. */
  readonly clusters: readonly string[];
  /** What is so, in a few words. Never a secret. */
  readonly found: string;
  /** What shows it: the line, the event, the certificate's dates. */
  readonly proof: readonly string[];
  /** What mends it, as imperative sentences. */
  readonly fix: string;
}

/** What is wrong with a mesh, with the fault's id. */
export interface IdentifiedFinding extends MeshFinding {
  readonly id: FaultId;
}

/** A fault that may make another one. */
export interface Origin {
  readonly id: FaultId;
  /** Whether it makes the other one, by the clusters that each of them is about. */
  readonly where: (mesh: MeshFacts, clusters: readonly string[], origin: readonly string[]) => boolean;
}

/** One row of the table of faults. */
export interface Fault {
  /** Stable: scripts and docs/doctor.md refer to it. */
  readonly id: FaultId;
  /** What is wrong, in a few words: `an API server does not answer`. */
  readonly title: string;
  /** Faults that come before it in the table, and from which it follows where they are. */
  readonly follows: readonly Origin[];
  /** Finds it. Pure. */
  readonly find: (snapshot: MeshSnapshot) => readonly MeshFinding[];
}
