/**
 * The way to a value inside of others, as Pulumi writes it for `pulumi config --path`: `kubeconfigs.east`, `list[0]`,
 * `kubeconfigs["eu.east"]`. Pure.
 */

/** What such a way looks like. */
export const valuePath = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+|\[\d+\]|\["[^"\\]+"\])*$/;

/** Its keys, one after the other; places in lists are numbers. */
export function keysOfPath(path: string): (string | number)[] {
  return [...path.matchAll(/\["([^"]+)"\]|\[(\d+)\]|([A-Za-z0-9_-]+)/g)].map(
    ([, quoted, place, word]) => quoted ?? (place === undefined ? (word ?? "") : Number(place)),
  );
}
