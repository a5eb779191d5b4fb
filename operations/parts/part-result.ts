import { ConfigurationError, partStack, trustPart } from "../../topology";
import type { Changes, UpdateResult } from "../stack/stack";
import { UnfinishedUpdate } from "../stack/unfinished";

/** What became of the stack of one part. */
export interface PartResult {
  readonly part: string;
  readonly stack: string;
  /**
   * `updated`; `unchanged`: it was what it is to be, and was left alone; `removed`: the configuration no longer has it;
   * `failed`; `waiting`: for another one, which failed.
   */
  readonly outcome: "updated" | "unchanged" | "removed" | "failed" | "waiting";
  readonly changes: Changes;
}

/** What an update of a mesh in stacks of its parts did; as of a mesh in one stack, and of each part. */
export interface PartsUpdate extends UpdateResult {
  readonly parts: readonly PartResult[];
}

/** What an update of several stacks came to of which some are missing. */
interface UnfinishedParts {
  /** Name of the mesh's stack, from which those of its parts have theirs. */
  readonly stack: string;
  /** Of all parts that were begun with. */
  readonly results: ReadonlyMap<string, PartResult>;
  /** Those that failed or wait. */
  readonly failed: readonly PartResult[];
  /** Why parts failed. */
  readonly errors: ReadonlyMap<string, Error>;
  /** The parts that parts wait for. */
  readonly waits: ReadonlyMap<string, readonly string[]>;
}

/**
 * The error of an update that some parts are missing from. Pure.
 * @returns ConfigurationError where nothing was begun, and all that is wrong is the user's to mend.
 */
export function unfinishedParts({ errors: reasonOf, failed, results, stack, waits }: UnfinishedParts): Error {
  const errors = [...reasonOf.values()];
  const mistakes = errors.filter((error) => error instanceof ConfigurationError);
  const isUntouched = [...results.values()].every(({ outcome }) => outcome === "failed");
  if (isUntouched && mistakes.length === errors.length) {
    return new ConfigurationError(mistakes.flatMap((error) => error.problems));
  }
  const problems = errors.flatMap((error) =>
    error instanceof UnfinishedUpdate || error instanceof ConfigurationError ? error.problems : [],
  );
  const reasons = failed.map(({ part, stack: own }) => {
    const error = reasonOf.get(part);
    if (error !== undefined) return `${own}: ${error.message}`;
    const others = (waits.get(part) ?? []).map((other) => partStack(stack, other));
    return `${own} waits for ${others.join(", ")}`;
  });
  const clusters = failed.map(({ part }) => part).filter((part) => part !== trustPart);
  return new UnfinishedUpdate(`the rest is done, but ${reasons.join("; ")}`, clusters, problems);
}
