import type { IntermediateKeysPlan } from "../../../topology";

/** One step on the way to another key of an intermediate CA, and to the former one's revocation: an edit and an update. */
export interface RevocationStep {
  /**
   * - `add`: another key and certificate are made, which sign nothing yet;
   * - `cover`: the lists that proxies look at get one of the new CA;
   * - `use`: the istiod signs with the new key;
   * - `revoke`: the former certificate counts no more, and its key is gone from the stack.
   */
  readonly kind: "add" | "cover" | "use" | "revoke";
  /** What `trust.intermediateKeys` says of the cluster after it. */
  readonly keys: IntermediateKeysPlan;
  /** What must have followed the step before: every proxy, or nothing. */
  readonly awaits: "all" | "nothing";
  /** What it does, as an imperative sentence. */
  readonly what: string;
  /** Why no call of others is lost by it. */
  readonly why: string;
}

/**
 * Whether the next step may be taken:
 * - `ready`: the mesh is as its file says, and everything has followed;
 * - `unapplied`: no update has brought the mesh yet what its file says of keys and lists;
 * - `following`: something has not followed yet, or did not say.
 */
export interface RevocationReadiness {
  readonly kind: "ready" | "unapplied" | "following";
  /** What is not so, in words. */
  readonly words: readonly string[];
}

/** Where the revocation of an intermediate CA stands, and what is next. */
export interface RevocationReport {
  /** Id of the mesh. */
  readonly mesh: string;
  /** The cluster whose intermediate CA is concerned. */
  readonly cluster: string;
  /** Its certificate, and which of its keys that is of. */
  readonly intermediate: { readonly key: string; readonly serial: string; readonly fingerprint: string };
  /** The key that is on its way out; undefined where none is. */
  readonly former?: string;
  /** Serial numbers of all certificates that the file with lists revokes. */
  readonly revoked: readonly string[];
  readonly readiness: RevocationReadiness;
  /** What is left to do, the next first. */
  readonly steps: readonly RevocationStep[];
  /** Whether a change of keys is under way already, which a run ends before it begins another. */
  readonly underWay: boolean;
}
