import type { ClusterView, Finding } from "./comparison";
import type { MeshSummary, Risk } from "./model";

const severities: readonly Risk["severity"][] = ["high", "medium"];

/** Risks of all clusters, those in the same words as one, the worst first. */
export function risksOf(
  found: readonly { readonly view: ClusterView; readonly findings: readonly Finding[] }[],
  ofMesh: readonly Finding[],
  unseen: MeshSummary["unseen"],
): Risk[] {
  const ofUnseen: Risk[] = unseen.map(({ name }) => ({
    id: "cluster-unseen",
    severity: "high",
    traffic: "not-known",
    clusters: [name],
    words: "could not be looked at: what would change there is not known.",
    advice: "Run the preview where it can be reached.",
  }));
  const ofClusters = found.flatMap(({ view, findings }) =>
    findings.flatMap(({ risk }): Risk[] => (risk === undefined ? [] : [{ ...risk, clusters: [view.name] }])),
  );
  const all = [
    ...ofMesh.flatMap(({ risk }): Risk[] => (risk === undefined ? [] : [{ ...risk, clusters: [] }])),
    ...ofClusters,
    ...ofUnseen,
  ];
  const alike = Map.groupBy(all, ({ id, words }) => `${id} ${words}`);
  return [...alike.values()]
    .flatMap(([first, ...more]): Risk[] =>
      first === undefined ? [] : [{ ...first, clusters: [first, ...more].flatMap(({ clusters }) => clusters).sort() }],
    )
    .sort((left, right) => rank(left) - rank(right));
}

function rank({ severity, traffic }: Risk): number {
  return severities.indexOf(severity) * 2 + (traffic === "interrupted" ? 0 : 1);
}
