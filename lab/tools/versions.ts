/** The first number with dots in a program's words about itself: `etcd Version: 3.4.23` is [3, 4, 23]. */
export function parseVersion(words: string): readonly number[] | undefined {
  const found = /(?<![\d.])v?(\d+(?:\.\d+)+)/.exec(words)?.[1];
  return found?.split(".").map(Number);
}

/** @returns whether a version is the least one or later; missing parts count as 0. */
export function isAtLeast(version: readonly number[], least: readonly number[]): boolean {
  const length = Math.max(version.length, least.length);
  for (let index = 0; index < length; index += 1) {
    const difference = (version[index] ?? 0) - (least[index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}
