import { driftMarkdown, isAsApplied, type DriftReport } from "../../operations/deployment";
import { ensureAgreed, type Proposal } from "../confirm";
import { driftTable } from "../drift-table";
import { exitCodes } from "../failure";
import type { OperationFlags } from "../options";
import { printResult } from "../output";
import { openMesh, operate } from "../session";
import { styleOf } from "../verify-table";

/** What `isthmus drift` is told. */
export interface DriftFlags extends Omit<OperationFlags, "output"> {
  readonly output: OperationFlags["output"] | "markdown";
  readonly repair?: boolean;
  readonly yes?: boolean;
}

/** `isthmus drift` */
export async function driftVerb(flags: DriftFlags): Promise<void> {
  const mesh = await openMesh(flags.stack);
  const words = { onStop: "Stopping.", advice: "Run `isthmus drift` again: it says how things stand." };
  const report = await operate(flags, words, ({ aside, ...options }) =>
    mesh.drift({
      ...options,
      repairs: async (found) => {
        if (flags.repair !== true) return false;
        // What is refused anyway is not asked for.
        if (!found.isUnfinished)
          await aside(() => ensureAgreed(flags.yes, repairOf(found), { signal: options.signal }));
        return true;
      },
    }),
  );
  if (flags.output === "markdown") process.stdout.write(driftMarkdown(report));
  else printResult(flags.output, report, () => driftTable(report, style()).trimEnd().split("\n"));
  process.exitCode = isAsApplied(report) ? exitCodes.fine : exitCodes.unhealthy;
}

function repairOf(found: DriftReport): Proposal {
  return {
    command: "isthmus drift --repair",
    deed: `put back what differs in objects that were applied (stack ${found.stack})`,
    answer: "yes",
    details: [driftTable(found, style()).trimEnd()],
  };
}

const style = (): ReturnType<typeof styleOf> => styleOf(process.stdout, process.env);
