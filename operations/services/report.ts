/** Where the global services of a mesh stand. */
export interface ServicesReport {
  /** The mesh's id. */
  readonly mesh: string;
  /** Every global name, by service, its own name first. */
  readonly names: readonly GlobalNameStatus[];
}

/** A global name, who answers it, and who is called from where. */
export interface GlobalNameStatus {
  readonly name: string;
  /** The service's name in the mesh's file. */
  readonly service: string;
  /** Who is called first; `pinned` names mean one cluster alone. */
  readonly order: "local-first" | "nearest" | "even" | "cluster-first" | "weighted" | "pinned";
  /** The cluster that a `pinned` or `cluster-first` name is about. */
  readonly cluster?: string;
  /** Percentage of the calls of a `weighted` name for each cluster while it has a pod, above 0; sorted by cluster. */
  readonly shares?: readonly { readonly cluster: string; readonly percent: number }[];
  /** Where it runs, sorted by cluster. */
  readonly homes: readonly HomeStatus[];
  /** Who is called from each cluster, sorted. */
  readonly callers: readonly CallerStatus[];
}

/** The pods of a global service in one cluster. */
export interface HomeStatus {
  readonly cluster: string;
  readonly namespace: string;
  /** Pods that are ready and are not about to end; left out where the cluster could not be asked. */
  readonly ready?: number;
  /** All pods of its labels. */
  readonly pods?: number;
  /** Of the ready ones, those without a sidecar: no other network reaches them. */
  readonly withoutSidecar?: number;
  /** Why it could not be asked. */
  readonly trouble?: string;
}

/** Who is called from a cluster. */
export interface CallerStatus {
  readonly cluster: string;
  /**
   * The clusters that calls go to now, by pods that are ready; empty: nobody would answer. Of a name whose order is `nearest`
   * all that may be called: which of them is nearest depends on the caller's node; of one that is `weighted` all that any share
   * goes to. `not-known` where a cluster that would come first could not be asked.
   */
  readonly calls: readonly string[] | "not-known";
}
