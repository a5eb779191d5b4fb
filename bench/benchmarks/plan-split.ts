import { join } from "node:path";
import type { Measurement } from "../result";
import { stack } from "../stack-project";
import { watchedRun } from "../watched-run";
import { onRefusingClusters } from "./plan";

const clusters = 160;
const title = `plan-split-${String(clusters)}`;
const memoryTitle = `plan-split-memory-${String(clusters)}`;

/** The names of the measurements. */
export const planSplitNames: readonly string[] = [title, memoryTitle];

/**
 * `isthmus preview` of a mesh of many primaries in a stack for each, from nothing, as {@link planGrowth} plans it in one
 * stack: the time of the whole, and the memory of the process that has all the stacks planned.
 */
export function planSplit(repository: string, report: (line: string) => void): Promise<Measurement[]> {
  return onRefusingClusters(clusters, repository, { stacks: "per-cluster" }, async ({ project, env, choice }) => {
    report(`${title}: a stack for each cluster`);
    const command = [process.execPath, join(repository, "bin/isthmus.js"), "preview", "--stack", stack, "-o", "json"];
    const { notes, seconds, used } = await watchedRun(command as [string, ...string[]], {
      env,
      cwd: project.directory,
    });
    return [
      { name: title, unit: "s", runs: [seconds], notes: [...notes, choice] },
      { name: memoryTitle, unit: "MiB", runs: [used("orchestrator").peakMiB] },
    ];
  });
}
