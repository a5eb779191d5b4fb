import { runsOnLab, up } from "../../operations/stack";
import { isHealthy } from "../../operations/verify";
import { ConfigurationError } from "../../topology";
import { exitCodes } from "../failure";
import type { StackFlags } from "../options";
import { print, printJson, say } from "../output";
import { interruptible, loadMesh, toStandardError, updateInterruption } from "../session";
import { summaryLines, type TimedPart } from "../summary";
import { bringLabUp } from "./lab";
import { tableOf, verifyMesh } from "./verify";

/** `isthmus demo`: from nothing to a verified mesh on the lab, and what came of it. */
export async function demoVerb(flags: StackFlags): Promise<void> {
  const mesh = await loadMesh(flags.stack);
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
    interruptible(
      (interruption) => up({ ...mesh, ...interruption, ...toStandardError() }),
      updateInterruption("make demo"),
    ),
  );
  const report = await timed("checks", () => verifyMesh(mesh));

  if (flags.output === "json") printJson({ ...built, verify: report, parts });
  else print([tableOf(report), ...summaryLines(mesh.plan, built, parts)]);
  process.exitCode = isHealthy(report) ? exitCodes.fine : exitCodes.unhealthy;
}
