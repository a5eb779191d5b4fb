import { withoutSecrets } from "../topology";

/** What keeps something from getting ready. Stable: scripts may go by it. */
export type CauseId =
  | "image"
  | "not-injected"
  | "crash"
  | "container-refused"
  | "not-ready"
  | "quota"
  | "pod-security"
  | "limit-range"
  | "webhook-denied"
  | "webhook-silent"
  | "creation-refused"
  | "no-room"
  | "mount"
  | "pod-network"
  | "no-address"
  | "starting";

/** Why something in a cluster is not ready. */
export interface Cause {
  readonly id: CauseId;
  /** The cluster's name in the mesh. */
  readonly cluster: string;
  /** What is not ready, in the cluster's own terms: `istiod 0/1`. */
  readonly subject: string;
  /** What keeps it, in the cluster's own words as far as they say it: `cannot pull example.com/pilot:1.31 (not found)`. */
  readonly found: string;
  /** What to do; undefined where there is nothing but to wait. */
  readonly fix?: string;
  /** Whether it may get well by itself, or stays until somebody does something. */
  readonly endsBy: "waiting" | "somebody";
}

/** A cause in a line, without what may be a secret: a container's last lines are anybody's. */
export function formatCause({ subject, found, fix }: Cause): string {
  return withoutSecrets(`${subject}: ${found}${fix === undefined ? "" : `. ${fix}`}`.replace(/\s+/g, " "));
}

/** Whether words are those of {@link formatCause}: in the engine's events they come back as a message among others. */
export function isCause(words: string): boolean {
  return /^(?:\S+ \d+\/\d+|Service \S+): /.test(words);
}

/** What somebody must do something about comes first; of the rest what says more than that something starts. */
export function worstFirst(causes: readonly Cause[]): Cause[] {
  const weight = ({ endsBy, id }: Cause): number => (endsBy === "somebody" ? 0 : id === "starting" ? 2 : 1);
  return [...causes].sort((left, right) => weight(left) - weight(right));
}
