import type { MeshSummary, Risk } from "./model";

/**
 * The risks for which a change should not go in unless somebody says that it may: those that interrupt traffic, and those
 * of which a preview cannot tell, since nobody has looked then. Pure.
 */
export function interruptions({ risks }: MeshSummary): readonly Risk[] {
  return risks.filter(({ traffic }) => traffic !== "not-interrupted");
}
