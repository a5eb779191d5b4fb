/** A mapping without some of its keys. Pure. */
export function without<T extends object, Key extends string>(mapping: T, ...keys: readonly Key[]): Omit<T, Key> {
  const kept = Object.entries(mapping).filter(([key]) => !(keys as readonly string[]).includes(key));
  return Object.fromEntries(kept) as Omit<T, Key>;
}
