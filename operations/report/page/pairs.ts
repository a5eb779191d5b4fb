/** So many names are said, of more only how many. */
const mostNames = 6;

/** Pairs of caller and called in few words: `east to west, edge; west to 12 clusters`. Pure. */
export function pairWords(pairs: readonly (readonly string[])[]): string {
  const called = Map.groupBy(pairs, ([from = ""]) => from);
  return [...called]
    .map(([from, of]) => {
      const names = of.map(([, to = ""]) => to);
      return `${from} to ${names.length > mostNames ? `${names.length} clusters` : names.join(", ")}`;
    })
    .join("; ");
}
