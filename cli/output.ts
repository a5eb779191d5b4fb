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

/** What writing fails with when nobody reads any more: a pipe's reader has ended, or a terminal has hung up. */
const goneReader: readonly string[] = ["EPIPE", "EIO", "ENXIO", "ECONNRESET"];

/**
 * Lets who reads what we write go away, as `| head` does, or a terminal whose connection is lost: what is under way goes on,
 * and ends as it ends. Without this, Node.js would end the process, and leave an update half-done.
 */
export function tolerateGoneReaders(): void {
  for (const stream of [process.stdout, process.stderr]) {
    if (stream.listeners("error").includes(onStreamError)) continue;
    stream.on("error", onStreamError);
  }
}

/** @throws What is no reader that has gone away. */
export function onStreamError(error: NodeJS.ErrnoException): void {
  if (!goneReader.includes(error.code ?? "")) throw error;
}
