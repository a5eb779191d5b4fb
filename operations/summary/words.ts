/** How many names stand in a line before the rest is only counted. */
const namedAtMost = 5;

/** So many of something, by name where they are few: `2 clusters (east and west)`. */
export function among(names: readonly string[], one: string, several: string): string {
  return `${counted(names.length, one, several)} (${shortList(names)})`;
}

/** `1 cluster`, `3 clusters`. */
export function counted(count: number, one: string, several: string): string {
  return `${String(count)} ${count === 1 ? one : several}`;
}

/** The first names, and how many more there are. */
export function shortList(names: readonly string[], atMost = namedAtMost): string {
  if (names.length <= atMost + 1) return names.join(", ");
  return `${names.slice(0, atMost).join(", ")} and ${String(names.length - atMost)} more`;
}
