import { preview } from "../../operations/stack";
import { interruptions, summarisePreview, toLines, toMarkdown, type MeshSummary } from "../../operations/summary";
import { exitCodes } from "../failure";
import type { StackFlags } from "../options";
import { print, printJson, say } from "../output";
import { interruptible, loadMesh, toStandardError } from "../session";

/** What `isthmus preview` is told. */
export interface PreviewFlags extends Omit<StackFlags, "output"> {
  readonly output: StackFlags["output"] | "markdown";
  /** What is to be a failure. */
  readonly failOn?: "interruption";
  /** Whether it is none after all. */
  readonly allowInterruption?: boolean;
}

/** `isthmus preview` */
export async function previewVerb(flags: PreviewFlags): Promise<void> {
  const mesh = await loadMesh(flags.stack);
  const summary = await interruptible(
    (interruption) =>
      summarisePreview(mesh, (listen) =>
        preview({
          ...mesh,
          ...interruption,
          ...toStandardError(),
          onEvent: (event) => {
            listen(mesh.stack, event);
          },
        }),
      ),
    { onStop: "Stopping.", advice: "Nothing was changed." },
  );
  if (flags.output === "json") printJson(summary);
  else if (flags.output === "markdown") process.stdout.write(toMarkdown(summary));
  else print(toLines(summary));
  process.exitCode = exitCodeOf(summary, flags);
}

function exitCodeOf(summary: MeshSummary, { allowInterruption, failOn }: PreviewFlags): number {
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
