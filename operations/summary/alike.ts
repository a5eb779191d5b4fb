import type { Change, ClusterSummary } from "./model";

/** Clusters in which the same changes. */
export interface AlikeClusters {
  readonly names: readonly string[];
  readonly changes: readonly Change[];
}

/** Puts clusters together in which the same changes, the largest groups last: what is singular is what one looks for. Pure. */
export function alike(clusters: readonly ClusterSummary[]): AlikeClusters[] {
  const groups = Map.groupBy(clusters, ({ changes }) => JSON.stringify(changes));
  return [...groups.values()]
    .map((group) => ({ names: group.map(({ name }) => name), changes: group[0]?.changes ?? [] }))
    .sort((left, right) => left.names.length - right.names.length);
}
