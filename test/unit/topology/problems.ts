import assert from "node:assert/strict";
import { ConfigurationError, formatProblem, looksSecret, parseMesh, type Mesh, type Problem } from "../../../topology";

/** The mesh that a configuration describes, or all that is wrong. Anything but a ConfigurationError fails the test. */
export function meshOrProblems(config: unknown): Mesh | readonly Problem[] {
  try {
    return parseMesh(config);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
}

/** The problems of a configuration, none when it is right. */
export function problemsOf(config: unknown): readonly Problem[] {
  const answer = meshOrProblems(config);
  return "clusters" in answer ? [] : answer;
}

/** Where a configuration is wrong. */
export function pathsOf(config: unknown): readonly string[] {
  return problemsOf(config).map(({ path }) => path);
}

/** The only problem of a configuration, as the user reads it. */
export function onlyProblem(config: unknown): string {
  const problems = problemsOf(config);
  assert.equal(problems.length, 1, problems.map(formatProblem).join("\n"));
  return problems.map(formatProblem).join();
}

/** What a library would say, or a value that was put into a sentence unseen. */
const notOurWords = /Invalid|Unrecognized|received|\bundefined\b|\[object|NaN|another value/;

/**
 * Fails unless a problem reads well: every part there, one line, nothing of a library's wording.
 * @param config What the problem is about: a word that the user wrote there may be repeated, whatever it is.
 */
export function assertWellFormed(problem: Problem, config?: unknown): void {
  const shown = formatProblem(problem);
  assert.match(problem.path, /^isthmus:mesh([.[].*)?$/, shown);
  for (const part of [problem.path, problem.expected, problem.found, problem.fix])
    assert.notEqual(part.trim(), "", shown);
  assert.doesNotMatch(shown, /[\n\r]/);
  assert.match(problem.fix, /^[A-Z].*[.?]$/, shown);
  assert.doesNotMatch(problem.expected, /[.?]$/, shown);
  const ours = wordsIn(config)
    .filter((word) => notOurWords.test(word))
    .flatMap((word) => [word, JSON.stringify(word).slice(1, -1)])
    .reduce((text, word) => text.replaceAll(word, ""), shown);
  assert.doesNotMatch(ours, notOurWords, shown);
  assert.ok(shown.length < 1000, shown);
  assert.equal(looksSecret(shown), false, shown);
}

/** All keys and texts of a JSON value. */
function wordsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [key, ...wordsIn(inner)]);
}
