import {
  checks,
  isHealthy,
  verifyByContexts,
  type MeshDeployment,
  type OperationOptions,
  type VerifyOptions,
  type VerifyReport,
} from "../../operations/deployment";
import { exitCodes } from "../failure";
import type { OperationFlags } from "../options";
import { print, printResult } from "../output";
import { openMesh, operate, type ShownOptions } from "../session";
import { verifyJunit } from "../verify-junit";
import { styleOf, verifyTable } from "../verify-table";

/** What `isthmus verify` is told. */
export interface VerifyFlags extends Omit<OperationFlags, "output"> {
  readonly output: OperationFlags["output"] | "junit";
  readonly clientImage?: string;
  readonly helloworldImage?: string;
  /** Of the kubeconfig; of a mesh that no stack has. */
  readonly contexts?: readonly string[];
  readonly only?: readonly string[];
  readonly skip?: readonly string[];
  readonly cluster?: readonly string[];
  readonly readOnly?: true;
  /** How long calls go on, in seconds. */
  readonly callsFor?: number;
  /** How long every check looks again, in seconds. */
  readonly wait?: number;
}

/** `isthmus verify` */
export async function verifyVerb(flags: VerifyFlags): Promise<void> {
  const { contexts } = flags;
  const report = await (contexts === undefined
    ? verifyMesh(await openMesh(flags.stack), flags)
    : shown(flags, (options) => verifyByContexts(contexts, options)));
  if (flags.output === "junit") print(verifyJunit(report, titles).split("\n"));
  else printResult(flags.output, report, () => tableOf(report).trimEnd().split("\n"));
  process.exitCode = isHealthy(report) ? exitCodes.fine : exitCodes.unhealthy;
}

/** Runs the checks and shows how far they are. */
export function verifyMesh(mesh: MeshDeployment, flags: VerifyFlags): Promise<VerifyReport> {
  return shown(flags, (options) => mesh.verify(options));
}

/** What the checks are told by the flags. */
type Told = Omit<VerifyOptions, keyof OperationOptions> & ShownOptions;

function shown(flags: VerifyFlags, verify: (options: Told) => Promise<VerifyReport>): Promise<VerifyReport> {
  const words = {
    onStop: "Removing the sample.",
    onceMore: "Once more ends at once and leaves that to the next `isthmus verify`.",
    advice: "The sample was removed.",
  };
  const { callsFor, clientImage, cluster: clusters, helloworldImage, only, output, readOnly, skip, wait } = flags;
  const display = { ...flags, output: output === "junit" ? "table" : output } as const;
  return operate(display, words, (options) =>
    verify({
      ...options,
      ...(clientImage === undefined ? {} : { clientImage }),
      ...(helloworldImage === undefined ? {} : { helloworldImage }),
      ...(clusters === undefined ? {} : { clusters }),
      ...(only === undefined ? {} : { only }),
      ...(skip === undefined ? {} : { skip }),
      ...(readOnly === undefined ? {} : { effects: "none" }),
      ...(callsFor === undefined ? {} : { callsForMs: callsFor * 1_000 }),
      ...(wait === undefined ? {} : { retryMs: wait * 1_000 }),
    }),
  );
}

/** What each check says when it is green. */
const titles: ReadonlyMap<string, string> = new Map(checks.map(({ id, title }) => [id, title]));

/** The report as people read it. */
export function tableOf(report: VerifyReport): string {
  return verifyTable(report, titles, styleOf(process.stdout, process.env));
}
