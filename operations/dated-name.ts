/**
 * A name by the day, so that the file says how old what it names is. With a word before it, for YAML 1.1 takes a day alone
 * for a date. Pure.
 * @param taken Names that it may not be.
 */
export function datedName(taken: readonly string[], now: Date): string {
  const base = `from-${now.toISOString().slice(0, 10)}`;
  for (let count = 1; ; count += 1) {
    const name = count === 1 ? base : `${base}-${String(count)}`;
    if (!taken.includes(name)) return name;
  }
}
