/** Whether what was applied is still what was compared. Pure. */

import { isDeepStrictEqual } from "node:util";
import { ConfigurationError } from "../../topology";
import type { RawState } from "../../engine/state";
import { appliedIn } from "./applied/state";

/**
 * Makes sure that nothing is put back beside an update: what that has changed meanwhile would be undone.
 * @param stack The stack's name: for the words.
 * @param compared The states that the clusters were compared with.
 * @param now The same states, read just before something is put back.
 * @throws ConfigurationError when an update is under way, was killed, or has come between.
 */
export function ensureSettled(stack: string, compared: readonly RawState[], now: readonly RawState[]): void {
  if (appliedIn([...compared, ...now]).isUnfinished) {
    throw new ConfigurationError([
      {
        path: `stack ${stack}`,
        expected: "no update under way while something is put back",
        found: "one that runs, or was killed; nothing was put back",
        fix: "Wait until it has ended, or run `isthmus up` where it was killed; then run `isthmus drift` again.",
      },
    ]);
  }
  if (isDeepStrictEqual(compared.map(resourcesOf), now.map(resourcesOf))) return;
  throw new ConfigurationError([
    {
      path: `stack ${stack}`,
      expected: "the state that the clusters were compared with",
      found: "another: an update has ended since; nothing was put back",
      fix: "Run `isthmus drift` again: it compares with what is applied now.",
    },
  ]);
}

/** The part of a state that an update changes. */
function resourcesOf({ resources = [] }: RawState): readonly unknown[] {
  return resources;
}
