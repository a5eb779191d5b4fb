/** How results are printed. */
export type Format = "table" | "json" | "ndjson";

/** Words on standard error, which is never part of a result. */
export function say(words: string): void {
  process.stderr.write(`${words}\n`);
}

/** A result for people, on standard output. */
export function print(lines: readonly string[]): void {
  process.stdout.write([...lines, ""].join("\n"));
}

/** The one document of `-o json`. */
export function printJson(document: unknown): void {
  process.stdout.write(`${JSON.stringify(document, undefined, 2)}\n`);
}

/** The line with which `-o ndjson` ends: `result` has the document of `-o json`, or `error` what that has of one. */
export function printLastLine(ending: { readonly result: unknown } | { readonly error: unknown }): void {
  process.stdout.write(`${JSON.stringify({ type: "result", ...ending })}\n`);
}

/**
 * A result as the verb was told to show it.
 * @param lines Its lines for people.
 */
export function printResult(format: Format, document: unknown, lines: () => readonly string[]): void {
  if (format === "json") printJson(document);
  else if (format === "ndjson") printLastLine({ result: document });
  else print(lines());
}

/**
 * Lets the reader of a pipe go away, as `| head` does: what is under way goes on, and ends as it ends. Without this, Node.js
 * would end the process, and leave an update half-done.
 */
export function tolerateClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    if (stream.listeners("error").includes(onStreamError)) continue;
    stream.on("error", onStreamError);
  }
}

function onStreamError(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
}
