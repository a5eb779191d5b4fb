import type { Problem } from "../problem";
import { entriesOf, istiodsOf } from "./draft";
import type { MeshDraft } from "./rule";
import { called, calledAll, didYouMean } from "./words";

/**
 * The entries of a mapping by cluster that name one in which no istiod runs.
 * @param remedy What to do where no other name is meant.
 */
export function withoutIstiod<Item>(
  mesh: MeshDraft,
  entries: Readonly<Record<string, Item | undefined>> | undefined,
  pathOf: (name: string) => string,
  remedy: string,
): Problem[] {
  const istiods = istiodsOf(mesh);
  return entriesOf(entries)
    .map(([name]) => name)
    .filter((name) => !istiods.includes(name))
    .map((name) => ({
      path: pathOf(name),
      expected: `a cluster that an istiod runs in: ${calledAll(istiods)}`,
      found: called(name),
      fix: didYouMean(name, istiods, remedy),
    }));
}
