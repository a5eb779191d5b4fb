import { resolveClusters } from "../../operations/stack";
import { checks, isHealthy, verify, type VerifyReport } from "../../operations/verify";
import { ConfigurationError } from "../../topology";
import { exitCodes } from "../failure";
import type { StackFlags } from "../options";
import { printJson, say } from "../output";
import { interruptible, loadMesh, type MeshOfStack } from "../session";
import { styleOf, verifyTable } from "../verify-table";

/** What `isthmus verify` is told. */
export interface VerifyFlags extends StackFlags {
  readonly clientImage?: string;
}

/** `isthmus verify` */
export async function verifyVerb(flags: VerifyFlags): Promise<void> {
  const report = await verifyMesh(await loadMesh(flags.stack), flags.clientImage);
  if (flags.output === "json") printJson(report);
  else process.stdout.write(tableOf(report));
  process.exitCode = isHealthy(report) ? exitCodes.fine : exitCodes.unhealthy;
}

/** Runs the checks and tells on standard error how far they are. */
export async function verifyMesh(mesh: MeshOfStack, clientImage?: string): Promise<VerifyReport> {
  const { clusters, problems } = await resolveClusters(mesh);
  if (problems.length > 0) throw new ConfigurationError(problems);
  const startMs = performance.now();
  const sayWhen = (words: string): void =>
    say(`${((performance.now() - startMs) / 1000).toFixed(1).padStart(5)} s  ${words}`);
  return interruptible(
    ({ stop }) =>
      verify({
        plan: mesh.plan,
        access: clusters,
        ...(clientImage === undefined ? {} : { clientImage }),
        signal: stop,
        onProgress: sayWhen,
        onResult: ({ status, id, clusters: about }) => sayWhen(`${status} ${id} ${about.join(" ")}`),
      }),
    {
      onStop: "Removing the sample. Once more ends at once and leaves that to the next `isthmus verify`.",
      advice: "The sample was removed.",
    },
  );
}

/** The report as people read it. */
export function tableOf(report: VerifyReport): string {
  const titles = new Map(checks.map((check) => [check.id, check.title]));
  return verifyTable(report, titles, styleOf(process.stdout, process.env));
}
