import { resolveClusters } from "../../operations/stack";
import { compareMesh, driftMarkdown, findDrift, isAsApplied, stateOf, type DriftReport } from "../../operations/drift";
import { ConfigurationError } from "../../topology";
import { confirmed } from "../confirm";
import { driftTable } from "../drift-table";
import { exitCodes, type Format } from "../failure";
import { printJson, say } from "../output";
import { interruptible, loadMesh } from "../session";
import { styleOf } from "../verify-table";

/** What `isthmus drift` is told. */
export interface DriftFlags {
  readonly stack: string;
  readonly output: Format | "markdown";
  readonly repair?: boolean;
  readonly yes?: boolean;
}

/** `isthmus drift` */
export async function driftVerb(flags: DriftFlags): Promise<void> {
  const mesh = await loadMesh(flags.stack);
  const { clusters: access, problems } = await resolveClusters(mesh);
  if (problems.length > 0) throw new ConfigurationError(problems);
  const states = [await stateOf(mesh)];
  const report = await interruptible(
    async ({ stop }) => {
      const options = { stack: mesh.stack, plan: mesh.plan, access, states, onProgress: say, signal: stop };
      const found = await compareMesh(options);
      if (flags.repair !== true || isAsApplied(found.report)) return found.report;
      if (flags.yes !== true) await agreed(found.report);
      await found.repair();
      return findDrift(options);
    },
    { onStop: "Stopping.", advice: "Run `isthmus drift` again: it says how things stand." },
  );
  if (flags.output === "json") printJson(report);
  else process.stdout.write(flags.output === "markdown" ? driftMarkdown(report) : driftTable(report, style()));
  process.exitCode = isAsApplied(report) ? exitCodes.fine : exitCodes.unhealthy;
}

/** Asks whether what is found is to be put back. */
async function agreed(found: DriftReport): Promise<void> {
  process.stderr.write(driftTable(found, style()));
  await confirmed(
    `This puts back what differs in objects that were applied (stack ${found.stack}). Type yes to go on: `,
    "yes",
  );
}

const style = (): ReturnType<typeof styleOf> => styleOf(process.stdout, process.env);
