import { isHealthy, runsOnLab } from "../../operations/deployment";
import { ConfigurationError } from "../../topology";
import { exitCodes } from "../failure";
import { updateInterruption } from "../interruption";
import type { OperationFlags } from "../options";
import { printResult, say } from "../output";
import { openMesh, operate } from "../session";
import { summaryLines, type TimedPart } from "../summary";
import { bringLabUp } from "./lab";
import { tableOf, verifyMesh } from "./verify";

/** `isthmus demo`: from nothing to a verified mesh on the lab, and what came of it. */
export async function demoVerb(flags: OperationFlags): Promise<void> {
  const mesh = await openMesh(flags.stack);
  if (!runsOnLab(mesh.plan)) {
    throw new ConfigurationError([
      {
        path: "isthmus:mesh.kubeconfig",
        expected: "`.lab/kubeconfig`, since the demo runs on the lab",
        found: "other clusters",
        fix: "Name a stack on the lab; for your own clusters run `isthmus up`, then `isthmus verify`.",
      },
    ]);
  }
  const parts: TimedPart[] = [];
  const timed = async <T>(part: string, action: () => Promise<T>): Promise<T> => {
    const startMs = performance.now();
    say(`\n== ${part}`);
    const result = await action();
    parts.push({ part, seconds: Math.round((performance.now() - startMs) / 100) / 10 });
    return result;
  };

  await timed("lab", () => bringLabUp(mesh));
  const built = await timed("mesh", () =>
    operate(flags, updateInterruption("make demo"), (options) => mesh.up(options)),
  );
  const report = await timed("checks", () => verifyMesh(mesh, flags));

  printResult(flags.output, { ...built, verify: report, parts }, () => [
    tableOf(report),
    ...summaryLines(mesh.plan, built, parts),
  ]);
  process.exitCode = isHealthy(report) ? exitCodes.fine : exitCodes.unhealthy;
}
