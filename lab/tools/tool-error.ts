/** A tool that could not be built or fetched: what was tried, what came of it, what to do. Shown without a stack trace. */
export class ToolError extends Error {
  /**
   * @param what what failed, as a sentence without a full stop.
   * @param fix what to do about it, as an imperative sentence.
   * @param lastLines the last lines that the failed command wrote, if any.
   */
  constructor(
    what: string,
    readonly fix: string,
    readonly lastLines: readonly string[] = [],
  ) {
    const quoted = lastLines.map((line) => `  | ${line}`);
    super([`${what}.`, ...quoted, fix].join("\n"));
    this.name = "ToolError";
  }
}
