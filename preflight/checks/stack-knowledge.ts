/** What a stack knows of its clusters, by which they are known again. */
export interface StackKnowledge {
  /** By the names that the stack has for them. */
  readonly clusters: ReadonlyMap<string, KnownCluster>;
  /** SHA-256 fingerprints of the roots that are this mesh's; none before its first update. */
  readonly roots: readonly string[];
  /** Of those that the stack makes the fingerprint, by the name in the mesh's file. Default: none is known by its name. */
  readonly generatedRoots?: ReadonlyMap<string, string>;
}

/** What a stack knows of one cluster. */
export interface KnownCluster {
  /** Whether the last update that ended had it. */
  readonly belongs: boolean;
  /** UID of its namespace kube-system; undefined where an earlier release was the last to update it. */
  readonly uid?: string;
  /** SHA-256 fingerprint of the root that its istiod's CA leads to; undefined where the outputs do not say it. */
  readonly issuerRoot?: string;
  /** Request by which its istiod's CA is signed elsewhere, PEM; undefined where the stack made none. */
  readonly request?: string;
  /** What the stack's state has of it; undefined where that was not read. */
  readonly state?: KnownState;
}

/** What a stack's state has of one cluster. */
export interface KnownState {
  /** Whether it has objects of it, or an update that was killed had begun with one. */
  readonly holds: "nothing" | "something";
  /** The system namespace: `begun` where it may or may not have come into being. */
  readonly systemNamespace: "none" | "begun" | "made";
  /** UID of the system namespace that was made, where the state says it. */
  readonly systemUid?: string;
  /** Tag of Istio's images that its istiod was installed with, or that of the istiod which serves it. */
  readonly istioTag?: string;
}

/**
 * Reads what a stack knows. Its outputs are to be had at little cost; they say enough of a cluster that is as they say.
 * @param source What must have been read at least.
 */
export type KnowledgeReader = (source: "outputs" | "state") => Promise<StackKnowledge>;

/** What a stack knows that was never updated. */
export const knowsNothing: StackKnowledge = { clusters: new Map(), roots: [] };

/** Names of the clusters that belong to the mesh since an earlier update. */
export function belongingTo({ clusters }: StackKnowledge): ReadonlySet<string> {
  return new Set([...clusters].filter(([, { belongs }]) => belongs).map(([name]) => name));
}

/** Those of some clusters that belong to the mesh since an earlier update, under their names or their former ones. */
export function standingAmong<Site extends { readonly name: string; readonly replaces?: string | undefined }>(
  sites: readonly Site[],
  knowledge: StackKnowledge,
): Site[] {
  return sites.filter((site) => knownAs(knowledge, site)?.belongs === true);
}

/** What is known of a cluster, also under its former name where it was renamed. */
export function knownAs(
  { clusters }: StackKnowledge,
  { name, replaces }: { readonly name: string; readonly replaces?: string | undefined },
): KnownCluster | undefined {
  const own = clusters.get(name);
  const former = replaces === undefined ? undefined : clusters.get(replaces);
  if (own === undefined || former === undefined) return own ?? former;
  const uid = own.uid ?? former.uid;
  const issuerRoot = own.issuerRoot ?? former.issuerRoot;
  const request = own.request ?? former.request;
  const state = own.state?.systemNamespace === "none" ? (former.state ?? own.state) : (own.state ?? former.state);
  return {
    belongs: own.belongs || former.belongs,
    ...(uid === undefined ? {} : { uid }),
    ...(issuerRoot === undefined ? {} : { issuerRoot }),
    ...(request === undefined ? {} : { request }),
    ...(state === undefined ? {} : { state }),
  };
}
