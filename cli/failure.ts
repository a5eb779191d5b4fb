import { CommanderError } from "commander";
import type { Problem } from "../topology";
import type { UnfinishedUpdate } from "../operations/stack";
import { withoutSecrets } from "../topology/secrets";
import { printJson, printLastLine, type Format } from "./output";

/** What scripts may rely on. */
export const exitCodes = { fine: 0, unhealthy: 1, usage: 2, interruptsTraffic: 3, interrupted: 130 } as const;

/** An operation was ended by Ctrl-C or a signal. */
export class Interrupted extends Error {
  constructor(readonly advice: string) {
    super(`interrupted. ${advice}`);
    this.name = "Interrupted";
  }
}

/** The format that the arguments ask for, also when they are too wrong to be parsed. */
export function formatOf(argv: readonly string[]): Format {
  const asksFor = (format: Format): boolean =>
    argv.some(
      (argument, index) =>
        argument === `--output=${format}` ||
        argument === `-o${format}` ||
        (argument === format && ["-o", "--output"].includes(argv[index - 1] ?? "")),
    );
  return (["json", "ndjson"] as const).find(asksFor) ?? "table";
}

/**
 * Says what went wrong: in words on standard error, and as JSON on standard output where that is asked for.
 * @returns The exit code.
 */
export function reportFailure(error: unknown, format: Format): number {
  const { exitCode, trace, ...told } = describeFailure(error);
  if (format === "json") printJson({ error: told });
  if (format === "ndjson") printLastLine({ error: told });
  // Commander has written a usage error to standard error itself.
  if (!(error instanceof CommanderError)) process.stderr.write(`${trace ?? `isthmus: ${told.message}`}\n`);
  return exitCode;
}

/** What is said of an error, and how the process ends. */
export interface Failure {
  readonly message: string;
  readonly problems: readonly Problem[];
  /** What kept what an update waited for, cluster by cluster; left out where none is known. */
  readonly causes?: readonly { readonly cluster: string; readonly words: string }[];
  readonly exitCode: number;
  /** A stack trace, where the mistake is ours. */
  readonly trace?: string | undefined;
}

/** What is to be said of an error, without secrets, and which exit code it means. Pure. */
export function describeFailure(error: unknown): Failure {
  const { message, trace, ...others } = failureOf(error);
  const shown = { ...others, message: withoutSecrets(message) };
  return trace === undefined ? shown : { ...shown, trace: withoutSecrets(trace) };
}

function failureOf(error: unknown): Failure {
  if (error instanceof CommanderError) {
    return { message: error.message.replace(/^error: /, ""), problems: [], exitCode: exitCodes.usage };
  }
  if (!(error instanceof Error)) return { message: String(error), problems: [], exitCode: exitCodes.unhealthy };
  // By name and not by class: the class's module is loaded only by the verbs that need it.
  if (error.name === "ConfigurationError" && "problems" in error) {
    const problems = error.problems as readonly Problem[];
    return { message: error.message, problems, exitCode: exitCodes.usage };
  }
  if (error.name === "UnfinishedUpdate" && "problems" in error) {
    const { message, problems, causes } = error as UnfinishedUpdate;
    return { message, problems, ...(causes.length === 0 ? {} : { causes }), exitCode: exitCodes.unhealthy };
  }
  if (error.name === "Interrupted") return { message: error.message, problems: [], exitCode: exitCodes.interrupted };
  const oursToMend = [TypeError, ReferenceError, RangeError, SyntaxError].some((kind) => error instanceof kind);
  return {
    message: error.message,
    problems: [],
    exitCode: exitCodes.unhealthy,
    ...(oursToMend ? { trace: error.stack } : {}),
  };
}
