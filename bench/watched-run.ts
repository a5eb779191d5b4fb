import { run } from "./command";
import { ProcessWatch, type ProcessKind, type Usage } from "./process-watch";

/** What a command that was watched came to. */
export interface WatchedRun {
  readonly seconds: number;
  readonly stdout: string;
  /** What the processes of a kind used, and all together. */
  readonly used: (kind: ProcessKind | "all") => Usage;
  /** The same of each kind, in words. */
  readonly notes: readonly string[];
}

/** Runs a command of `isthmus` and watches all of its processes. */
export async function watchedRun(
  command: readonly [string, ...string[]],
  options: { readonly env: NodeJS.ProcessEnv; readonly cwd: string },
): Promise<WatchedRun> {
  let watch: ProcessWatch | undefined;
  const { seconds, stdout } = await run(command, {
    ...options,
    onStart: ({ pid }) => {
      if (pid !== undefined) watch = new ProcessWatch(pid);
    },
  });
  if (watch === undefined) throw new Error(`${command.join(" ")} was not seen to start`);
  const used = watch.stop();
  const notes = (["orchestrator", "program", "engine", "plugins"] as const).map((kind) => {
    const { peakMiB, processes, processorSeconds } = used(kind);
    return `${kind}: at most ${peakMiB.toFixed(0)} MiB in ${String(processes)} processes, ${processorSeconds.toFixed(1)} s of processor time seen`;
  });
  return { seconds, stdout, used, notes };
}
