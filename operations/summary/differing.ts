import type { Difference } from "./model";
import { differences, masked, readable, type Properties } from "./properties";
import type { Step } from "./read-preview";

/**
 * How what is asked for now differs from what was asked for last. Of secrets the engine says that they differ and not how:
 * they are named by the paths that the provider gives. Pure.
 */
export function differing({ before = {}, after = {}, paths }: Step): Difference[] {
  const found = differences(before, after);
  const secrets = paths
    .filter(
      (path) =>
        !found.some((one) => one.path === path || one.path.startsWith(`${path}.`) || one.path.startsWith(`${path}[`)),
    )
    .filter((path) => isMasked(before, path) || isMasked(after, path))
    .map((path): Difference => ({ path, before: masked, after: masked }));
  return [...found, ...secrets];
}

/** Whether a path leads to a secret, or into one. */
function isMasked(properties: Properties, path: string): boolean {
  const [top = ""] = path.split(/[.[]/, 1);
  return JSON.stringify([readable(properties[top])]).includes(JSON.stringify(masked));
}
