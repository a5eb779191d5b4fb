import type { Problem } from "../../topology/problem";

export function checkPrerequisites(): Promise<Problem[]> {
  return Promise.resolve([]);
}
