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
