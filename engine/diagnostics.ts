/**
 * What Pulumi writes about what went wrong. Pure.
 */

import { stripVTControlCharacters } from "node:util";

/** An error that Pulumi told. */
export interface Diagnostic {
  /** Name of the resource that it is about; undefined where it is about none. */
  readonly resource?: string;
  readonly message: string;
}

/** The lines by which Pulumi says what went wrong, without those that only say that something did, and none twice. */
export function diagnosticsIn(output: string): Diagnostic[] {
  const found = new Map<string, Diagnostic>();
  let resource: string | undefined;
  const lines = output.split("\n");
  for (const [index, line] of lines.entries()) {
    // Of the part that Pulumi calls Diagnostics: `  kubernetes:core/v1:Secret (mesh-east-system-cacerts):`.
    const [, heading] = /^ {2}\S+:\S+ \((\S+)\):$/.exec(line) ?? [];
    if (heading !== undefined) resource = heading;
    else if (/^\S/.test(line)) resource = undefined;
    const violation = violationIn(lines.slice(index, index + 3));
    if (violation !== undefined) found.set(JSON.stringify(violation), violation);
    const [, words] = /^\s*error: (.+)$/.exec(line) ?? [];
    if (words === undefined || onlyEnds.includes(words.trim())) continue;
    const message = withCause(words.trim(), lines[index + 1]);
    found.set(`${resource ?? ""}: ${message}`, { ...(resource === undefined ? {} : { resource }), message });
  }
  return [...found.values()];
}

/** A line that ends with a colon tells nothing without the one below it: the exception that a program did not handle. */
function withCause(message: string, below = ""): string {
  // Node.js colours what it writes of errors.
  const cause = stripVTControlCharacters(below)
    .replace(/<ref \*\d+> /, "")
    .trim();
  return message.endsWith(":") && cause !== "" && !cause.startsWith("at ") ? `${message} ${cause}` : message;
}

/**
 * What a policy says of a resource, in the part that Pulumi calls Policies: its name and the resource's, then its
 * description, then what is wrong. What it only advises stops nothing.
 */
function violationIn([heading = "", , words = ""]: readonly string[]): Diagnostic | undefined {
  const [, policy, resource] = /^\s+- \[mandatory\]\s+(\S+)\s+\(\S+: (\S+)\)$/.exec(heading) ?? [];
  return policy === undefined || resource === undefined
    ? undefined
    : { resource, message: `policy ${policy}: ${words.trim()}` };
}

const onlyEnds = [
  "update failed",
  "preview failed",
  "an unhandled error occurred: Program exited with non-zero exit code: 1",
];
