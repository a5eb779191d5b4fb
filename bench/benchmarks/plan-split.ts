import { join } from "node:path";
import { run } from "../command";
import { ProcessWatch } from "../process-watch";
import type { Measurement } from "../result";
import { stack } from "../stack-project";
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
    let watch: ProcessWatch | undefined;
    const command = [process.execPath, join(repository, "bin/isthmus.js"), "preview", "--stack", stack, "-o", "json"];
    const { seconds } = await run(command as [string, ...string[]], {
      env,
      cwd: project.directory,
      onStart: ({ pid }) => {
        if (pid !== undefined) watch = new ProcessWatch(pid);
      },
    });
    if (watch === undefined) throw new Error("isthmus preview was not seen to start");
    const used = watch.stop();
    const notes = (["orchestrator", "program", "engine", "plugins"] as const).map((kind) => {
      const { peakMiB, processes, processorSeconds } = used(kind);
      return `${kind}: at most ${peakMiB.toFixed(0)} MiB in ${processes} processes, ${processorSeconds.toFixed(1)} s of processor time seen`;
    });
    return [
      { name: title, unit: "s", runs: [seconds], notes: [...notes, choice] },
      { name: memoryTitle, unit: "MiB", runs: [used("orchestrator").peakMiB] },
    ];
  });
}
