import { withoutSecrets } from "../topology";
import { diagnosticsIn } from "./diagnostics";
import { lockWords, type StackHolder } from "./lock/lock-words";

/** The Pulumi CLI ended with an error. What it said is here without what may be a secret: it repeats what it was given. */
export class PulumiError extends Error {
  readonly stdout: string;
  readonly stderr: string;

  constructor(
    /** The subcommand: `up`, `stack select`. */
    readonly command: string,
    stdout: string,
    stderr: string,
    readonly exitCode: number | undefined,
    /** The signal that ended it; undefined when it ended by itself. */
    readonly signal?: NodeJS.Signals,
    /** Whether the engine had begun to work, and the command so held the stack. Default: false. */
    readonly hadBegun = false,
  ) {
    const [shownOutput, shownErrors] = [withoutSecrets(stdout), withoutSecrets(stderr)];
    super(describe(command, shownOutput, shownErrors, signal ?? exitCode));
    this.stdout = shownOutput;
    this.stderr = shownErrors;
    this.name = "PulumiError";
  }
}

/** The error of a command that ran into another's update, with who that is. */
export function heldBy(error: PulumiError, holder: StackHolder): PulumiError {
  const { command, stdout, stderr, exitCode, signal } = error;
  const named = new PulumiError(command, stdout, stderr, exitCode, signal);
  named.message = `pulumi ${command} failed: ${lockWords(stderr, holder) ?? error.message}`;
  return named;
}

function describe(command: string, stdout: string, stderr: string, end: number | NodeJS.Signals | undefined): string {
  const locked = lockWords(stderr);
  if (locked !== undefined) return `pulumi ${command} failed: ${locked}`;
  // What a resource or the program says tells more than what the engine adds at the end.
  const messages = diagnosticsIn(`${stdout}\n${stderr}`).map(({ message }) => message);
  const [first, ...others] = new Set(messages);
  const more = others.length === 0 ? "" : ` (and ${others.length} more, above)`;
  return `pulumi ${command} failed: ${first === undefined ? endWords(end) : `${first}${more}`}`;
}

function endWords(end: number | NodeJS.Signals | undefined): string {
  return typeof end === "string" ? `ended by ${end}` : `exit code ${end ?? "unknown"}`;
}
