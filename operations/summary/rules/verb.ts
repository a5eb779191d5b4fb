import type { Step } from "../read-preview";

/** What becomes of something, as a verb. */
export function verbOf({ op, isKept }: Step): string {
  if (op === "create") return "is made";
  if (op === "delete") return isKept ? "is left as it is, and forgotten" : "is removed";
  return op === "replace" ? "is deleted and made anew" : "changes";
}

/** Because of which properties something is replaced. */
export function because({ replacePaths }: Step): string {
  return replacePaths.length === 0 ? "" : ` (because of ${replacePaths.join(", ")})`;
}
