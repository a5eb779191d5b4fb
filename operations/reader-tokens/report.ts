/** What `isthmus rotate tokens` tells. Never a token. */
export interface ReaderTokensReport {
  /** Id of the mesh. */
  readonly mesh: string;
  /** The clusters that istiods elsewhere read, by name. */
  readonly clusters: readonly ClusterTokens[];
}

/**
 * How far a cluster is with its tokens:
 * - `settled`: one token, and every istiod goes by it;
 * - `under-way`: several, and the next step may be taken;
 * - `following`: an istiod has not taken up yet what it was given, or did not say;
 * - `unapplied`: no update has brought the cluster yet what the file says;
 * - `unread`: it could not be asked.
 */
export type TokensState = "settled" | "under-way" | "following" | "unapplied" | "unread";

/** How the tokens of one cluster stand. */
export interface ClusterTokens {
  readonly cluster: string;
  readonly state: TokensState;
  /** What is awaited, in words: what has not followed, what no update has brought yet, why it is unread. */
  readonly awaited: readonly string[];
  /** Those that the file names and those that stand. */
  readonly tokens: readonly TokenStatus[];
  /** The istiods that are to read it, by the clusters that they run in. */
  readonly readers: readonly ReaderStatus[];
  /** Whether its used token is as old as `maximumAgeDays` says, or older. */
  readonly isDue: boolean;
  /** What comes next; left out where nothing is under way. */
  readonly next?: TokenStep;
}

/** One token. */
export interface TokenStatus {
  readonly name: string;
  /** Whether the file says that istiods are given it, names it beside, or names it no more. */
  readonly place: "used" | "beside" | "leaving";
  /** RFC 3339; left out where it does not stand. */
  readonly createdAt?: string;
  /** Whole days since then. */
  readonly ageDays?: number;
}

/** One istiod. */
export interface ReaderStatus {
  readonly cluster: string;
  /** The token that it has been given; left out where that is none that stands. */
  readonly given?: string;
  /** Why it is not certain that it goes by that. */
  readonly lag?: string;
}

/** One step of a rotation: an edit of the stack's file, and an update. */
export interface TokenStep {
  readonly kind: "add" | "use" | "revoke";
  /** In words. */
  readonly what: string;
  /** Why no call is lost. */
  readonly why: string;
  /** What the file's `readerTokens` of the cluster has then. */
  readonly tokens: readonly string[];
  readonly used: string;
}
