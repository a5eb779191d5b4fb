import { z } from "zod";

/** An update that is over or under way, as `pulumi stack history --json` tells of it. */
export interface PastUpdate {
  /** `update`, `preview`, `refresh`, `destroy`, `import` … */
  readonly kind: string;
  /** `succeeded`, `failed` or `in-progress`. */
  readonly result: string;
  /** RFC 3339. */
  readonly startTime: string;
}

const historySchema = z.array(z.object({ kind: z.string(), result: z.string(), startTime: z.string() }));

/**
 * The updates of a stack, the newest first, in what `pulumi stack history --json` writes. Pure.
 * @throws SyntaxError, ZodError when it is none.
 */
export function parseUpdateHistory(text: string): PastUpdate[] {
  // The command line writes nothing at all for a stack without a history on some backends.
  return text.trim() === "" ? [] : historySchema.parse(JSON.parse(text) ?? []);
}

/** When the last update that is over began, in milliseconds, if it failed; undefined if it succeeded or there was none. Pure. */
export function lastFailureSinceMs(history: readonly PastUpdate[]): number | undefined {
  const last = history.find(({ kind, result }) => kind === "update" && result !== "in-progress");
  const sinceMs = last?.result === "failed" ? Date.parse(last.startTime) : Number.NaN;
  return Number.isNaN(sinceMs) ? undefined : sinceMs;
}
