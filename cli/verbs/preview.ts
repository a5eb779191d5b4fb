import { interruptions, summaryLines, summaryMarkdown, type MeshSummary } from "../../operations/deployment";
import { formatProblem } from "../../topology";
import { exitCodes } from "../failure";
import type { OperationFlags, PolicyFlags } from "../options";
import { printResult, say } from "../output";
import { openMesh, operate } from "../session";

/** What `isthmus preview` is told. */
export interface PreviewFlags extends Omit<OperationFlags, "output">, PolicyFlags {
  readonly output: OperationFlags["output"] | "markdown";
  /** Whether Helm renders what changes of its releases. */
  readonly manifests?: boolean;
  /** What is to be a failure. */
  readonly failOn?: "interruption";
  /** Whether it is none after all. */
  readonly allowInterruption?: boolean;
}

/** `isthmus preview` */
export async function previewVerb(flags: PreviewFlags): Promise<void> {
  const mesh = await openMesh(flags.stack, flags);
  const words = { onStop: "Stopping.", advice: "Nothing was changed." };
  const summary = await operate(flags, words, (options) =>
    mesh.summarise({ ...options, manifests: flags.manifests === true ? "render" : "leave" }),
  );
  if (flags.output === "markdown") process.stdout.write(summaryMarkdown(summary));
  else printResult(flags.output, summary, () => summaryLines(summary));
  process.exitCode = exitCodeOf(summary, flags);
}

function exitCodeOf(summary: MeshSummary, { allowInterruption, failOn }: PreviewFlags): number {
  const [refused, ...alsoRefused] = summary.refusals;
  if (refused !== undefined) {
    const more = alsoRefused.length === 0 ? "" : ` (and ${String(alsoRefused.length)} more)`;
    say(`isthmus: up would refuse this: ${formatProblem(refused)}${more}`);
    return exitCodes.usage;
  }
  if (summary.outcome === "failed") {
    say(`isthmus: the preview failed: ${summary.failures[0] ?? ""}`);
    return exitCodes.unhealthy;
  }
  const [first, ...more] = interruptions(summary);
  if (failOn === undefined || first === undefined) return exitCodes.fine;
  const others = more.length === 0 ? "" : ` (and ${String(more.length)} more)`;
  const whose = first.clusters.length === 0 ? "" : `${first.clusters.join(", ")}: `;
  if (allowInterruption === true) {
    say(`isthmus: allowed although it may interrupt traffic: ${whose}${first.words}${others}`);
    return exitCodes.fine;
  }
  say(`isthmus: this change may interrupt traffic: ${whose}${first.words}${others} --allow-interruption lets it pass.`);
  return exitCodes.interruptsTraffic;
}
