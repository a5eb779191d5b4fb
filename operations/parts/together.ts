import { ConfigurationError } from "../../topology";
import { UnfinishedUpdate } from "../stack/unfinished";

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
    );
  }
  const others = errors.filter((error) => !(error instanceof ConfigurationError || error instanceof UnfinishedUpdate));
  return [...others, ...unfinished][0];
}
