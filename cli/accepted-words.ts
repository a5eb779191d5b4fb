import type { Acceptance } from "../operations/deployment";

/** By what something is accepted, as tables and CI servers show it. Pure. */
export function acceptedWords({ reason, until }: Acceptance): string {
  return `accepted${until === undefined ? "" : ` until ${until}`}: ${reason}`;
}
