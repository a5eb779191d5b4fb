import { ConfigurationError } from "../../topology";
import { limited } from "../limited";
import { UnfinishedUpdate } from "../stack/unfinished";
import { defaultParallel, type PartsOptions } from "./options";

/**
 * Works on each of some parts, several at a time. One that fails holds up no other.
 * @throws what went wrong, as {@link together} makes it one error, when all others are done.
 */
export async function inEach<T>(
  { parallel = defaultParallel, stop }: PartsOptions,
  parts: readonly string[],
  work: (part: string) => Promise<T>,
): Promise<T[]> {
  const errors: unknown[] = [];
  const results = await limited(parallel, parts, async (part) => {
    try {
      stop?.throwIfAborted();
      return [await work(part)];
    } catch (error) {
      errors.push(error);
      return [];
    }
  });
  if (errors.length > 0) throw together(errors);
  return results.flat(1);
}

/**
 * What went wrong with several parts as one error: mistakes of the user's together, and so clusters in which something is
 * left to do; of several kinds the one that says least of where it went wrong. Pure.
 */
export function together(errors: readonly unknown[]): unknown {
  const mistakes = errors.filter((error) => error instanceof ConfigurationError);
  if (mistakes.length === errors.length) return new ConfigurationError(mistakes.flatMap(({ problems }) => problems));
  const unfinished = errors.filter((error) => error instanceof UnfinishedUpdate);
  if (unfinished.length === errors.length) {
    return new UnfinishedUpdate(
      unfinished.map(({ message }) => message).join("; "),
      unfinished.flatMap(({ clusters }) => clusters),
      unfinished.flatMap(({ problems }) => problems),
      unfinished.flatMap(({ causes }) => causes),
    );
  }
  const others = errors.filter((error) => !(error instanceof ConfigurationError || error instanceof UnfinishedUpdate));
  return [...others, ...unfinished][0];
}
