import { withoutSecrets } from "./secrets";

/**
 * One thing that is wrong with what the user gave us, in the four parts that a reader needs to mend it.
 */
export interface Problem {
  /** Where: a path in the configuration, such as `clusters.east.network`. */
  readonly path: string;
  /** What was expected there, as a noun phrase: `a DNS label of at most 63 characters`. */
  readonly expected: string;
  /** What was found instead. Never a secret. */
  readonly found: string;
  /** What to do about it, as an imperative sentence. */
  readonly fix: string;
}

/** The one line by which a problem is shown everywhere. */
export function formatProblem(problem: Problem): string {
  return `${problem.path}: expected ${problem.expected}, found ${problem.found}. ${problem.fix}`;
}

/** A problem as it may be shown. Pure. */
export function shownProblem({ path, expected, found, fix }: Problem): Problem {
  return {
    path: withoutSecrets(path),
    expected: withoutSecrets(expected),
    found: withoutSecrets(found),
    fix: withoutSecrets(fix),
  };
}

/**
 * The user's mistakes, all of them at once. Shown without a stack trace: the stack would be ours, the mistake is not.
 */
export class ConfigurationError extends Error {
  /** Without secrets, whatever the words of others that they repeat. */
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const shown = problems.map(shownProblem);
    super(shown.map(formatProblem).join("\n"));
    this.problems = shown;
    this.name = "ConfigurationError";
  }
}

/** Problems without those that are told twice: two looks may find the same. */
export function distinctProblems(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}
