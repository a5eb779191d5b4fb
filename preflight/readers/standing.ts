/** A token of a cluster's readers that stands in the cluster. Never the token itself. */
export interface StandingToken {
  /** What the mesh's file calls it. */
  readonly name: string;
  readonly createdAt: Date;
  /** Whether Kubernetes has filled it in. */
  readonly isFilled: boolean;
}

/** How far an istiod is with what it has been given of a cluster. */
export interface StandingReader {
  /** The cluster that it runs in. */
  readonly reader: string;
  /** Name of the token that its remote secret has; undefined where that is none that stands. */
  readonly given?: string;
  /** Why it is not certain that all its pods go by what it was given, in words; undefined where it is. */
  readonly lag?: string;
}

/** How the tokens of one cluster's readers stand. */
export interface StandingTokens {
  readonly cluster: string;
  readonly tokens: readonly StandingToken[];
  /** Istiods elsewhere that are to read it. */
  readonly readers: readonly StandingReader[];
  /** Why the cluster itself could not be asked, in words. */
  readonly trouble?: string;
}
