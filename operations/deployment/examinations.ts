/**
 * What looks at the clusters of a mesh and asks Pulumi for no more than where they are.
 */

import { connect, type ClusterAccess, type Environment } from "../../access";
import type { MeshSnapshot } from "../../diagnosis";
import { readReaderTokens, type ClusterTrust } from "../../preflight";
import { ConfigurationError, type Problem } from "../../topology";
import type { MadeFile } from "../authority";
import { checkMesh } from "../check";
import {
  compareMesh,
  ensureSettled,
  findDrift,
  isAsApplied,
  type DriftOptions as Comparison,
  type DriftReport,
} from "../drift";
import { doctorReport, gatherMesh, readBundle, writeBundle, type DoctorReport } from "../doctor";
import { meshGraph } from "../graph";
import { machineCalled, writeMachineFiles } from "../machines";
import { readerTokensReport, type ReaderTokensReport } from "../reader-tokens";
import { meshReport, type MeshReport } from "../report";
import { readServices, type ServicesReport } from "../services";
import { readMeshStatus, type MeshStatus } from "../status";
import { resolveClusters } from "../stack";
import { readTrusts, readTrustStatus, type TrustReport } from "../trust";
import { verify, type VerifyReport } from "../verify";
import type {
  CheckOptions,
  DoctorOptions,
  DriftOptions,
  MachineFilesOptions,
  OperationOptions,
  VerifyOptions,
} from "./options";
import type { MeshOutputs } from "./outputs";
import type { EmbeddedProject } from "./project";
import type { Run } from "./run";

/**
 * Looks whether a mesh can be installed, by its configuration and its clusters alone.
 * @param secrets Of a configuration that a program gave; undefined where a file has it.
 */
export async function checkInstallable(
  { onProgress, plan, projectDirectory, variables }: Run,
  { clientImage, effects = "none", signal }: CheckOptions,
  secrets: EmbeddedProject["secrets"] | undefined,
): Promise<VerifyReport> {
  const inside = effects === "none" ? undefined : { clientImage, onProgress, signal };
  const checked = await checkMesh({ plan, projectDirectory, environment: variables, secrets, inside });
  signal?.throwIfAborted();
  return checked;
}

/** What {@link verifyMesh} goes by of what it is told. */
type VerifySettings = Omit<VerifyOptions, keyof OperationOptions>;

/** Verifies a mesh, and tells of each check. @param onSnapshot Told of each look that doctor's causes are judged by. */
export async function verifyMesh(
  run: Run,
  { clientImage, helloworldImage, retryMs, ...selection }: VerifySettings,
  onSnapshot: (snapshot: MeshSnapshot) => void = () => undefined,
): Promise<VerifyReport> {
  const { stack, sink } = run;
  return verify({
    ...(await lookOf(run)),
    selection,
    onSnapshot,
    ...(clientImage === undefined ? {} : { clientImage }),
    ...(helloworldImage === undefined ? {} : { helloworldImage }),
    ...(retryMs === undefined ? {} : { retryMs }),
    onResult: (result) => {
      sink.emit(stack, { type: "check-ended", ...result });
    },
  });
}

/** Looks for the causes of what is wrong with a mesh, and writes down what it goes by where that is asked for. */
export async function examineMesh(run: Run, { bundle }: Pick<DoctorOptions, "bundle">): Promise<DoctorReport> {
  const snapshot = await gatherMesh(await lookOf(run));
  if (bundle !== undefined) await writeBundle(bundle, snapshot);
  return doctorReport(snapshot);
}

/**
 * Says what was wrong with a mesh, from what `MeshDeployment.doctor` wrote into a file. Asks no cluster, and needs no stack.
 * @throws ConfigurationError where it is no such file, or one that this release cannot read.
 */
export async function doctorFromBundle(path: string): Promise<DoctorReport> {
  return doctorReport(await readBundle(path));
}

/** Looks at a mesh from all sides: what its clusters have, and whether they call each other. */
export async function reportMesh(run: Run, options: VerifyOptions): Promise<MeshReport> {
  let seen: MeshSnapshot | undefined;
  const verified = await verifyMesh(run, options, (latest) => {
    seen = latest;
  });
  // Where the check of doctor's causes was not run, nobody has looked.
  const snapshot = seen ?? (await gatherMesh(await lookOf(run)));
  return meshReport({ snapshot, graph: meshGraph(run.plan), verify: verified });
}

/**
 * A report of a mesh as it was, from what `MeshDeployment.doctor` wrote into a file: without calls, and without machines outside
 * Kubernetes. Asks no cluster, and needs no stack.
 * @throws ConfigurationError where it is no such file, or one that this release cannot read.
 */
export async function reportFromBundle(path: string): Promise<MeshReport> {
  return meshReport({ snapshot: await readBundle(path) });
}

/** Reads where the certificates of every cluster stand. */
export async function readTrust(run: Run): Promise<TrustReport> {
  return readTrustStatus(await lookOf(run));
}

/** Reads where the global services of a mesh stand. */
export async function readGlobalServices(run: Run): Promise<ServicesReport> {
  const report = await readServices(await lookOf(run));
  endOf(run).throwIfAborted();
  return report;
}

/** Looks how a mesh stands. */
export async function readStatus(run: Run): Promise<MeshStatus> {
  const report = await readMeshStatus(await lookOf(run));
  endOf(run).throwIfAborted();
  return report;
}

/** Reads what every cluster shows of its certificates. */
export async function readClusterTrusts(run: Run): Promise<ReadonlyMap<string, ClusterTrust>> {
  return readTrusts(await lookOf(run));
}

/** Reads how the tokens stand by which the clusters of a mesh are read. */
export async function readTokens(run: Run): Promise<ReaderTokensReport> {
  const standing = await readReaderTokens(await lookOf(run));
  endOf(run).throwIfAborted();
  return readerTokensReport(run.plan, standing);
}

/**
 * Writes what a machine outside Kubernetes needs to join the mesh.
 * @param readOutputs Reads what the last update said of the mesh.
 * @throws ConfigurationError with what keeps it from that, and nothing written.
 */
export async function writeFilesOf(
  run: Run,
  name: string,
  { out, tokenLifetimeSeconds = 3600 }: MachineFilesOptions,
  readOutputs: () => Promise<MeshOutputs | undefined>,
): Promise<readonly MadeFile[]> {
  const { plan: mesh } = run;
  const machine = machineCalled(mesh, name);
  const outputs = await readOutputs();
  const { access, unresolved } = await clustersOf(run);
  const reach = access.get(machine.cluster);
  const problem = unresolved.get(machine.cluster);
  if (reach === undefined) throw new ConfigurationError(problem === undefined ? [] : [problem]);
  const client = connect({ ...reach, name: machine.cluster }, run.variables);
  try {
    const istiod = outputs?.controlPlanes?.[machine.cluster]?.address;
    return await writeMachineFiles({ mesh, machine, istiod, client, out, tokenLifetimeSeconds });
  } finally {
    client.close();
  }
}

/**
 * Compares a mesh with what was applied to it, and puts that back where it is agreed to.
 * @param readStates Reads what was applied; it is read again before anything is put back.
 * @throws ConfigurationError when an update is under way, or was since the comparison: then nothing is put back.
 */
export async function compareWithApplied(
  run: Run,
  readStates: () => Promise<Comparison["states"]>,
  repairs: DriftOptions["repairs"],
): Promise<DriftReport> {
  const { stack } = run;
  const states = await readStates();
  const comparison = { stack, ...(await lookOf(run)), states };
  const { report, repair } = await compareMesh(comparison);
  if (isAsApplied(report) || (await repairs?.(report)) !== true) return report;
  ensureSettled(stack, states, await readStates());
  await repair();
  return findDrift(comparison);
}

/** The clusters that can be addressed, and why others cannot. */
interface Found {
  readonly access: ReadonlyMap<string, ClusterAccess>;
  readonly unresolved: ReadonlyMap<string, Problem>;
}

/** What every look at the clusters is told: which they are, how they are reached, and who ends it. */
async function lookOf(
  run: Run,
): Promise<Pick<Comparison, "environment" | "onProgress" | "plan"> & Found & { readonly signal: AbortSignal }> {
  const { onProgress, plan } = run;
  return {
    plan,
    ...(await clustersOf(run)),
    ...environmentOf(run),
    signal: endOf(run),
    ...(onProgress === undefined ? {} : { onProgress }),
  };
}

function environmentOf({ variables }: Run): { readonly environment?: Environment } {
  return variables === undefined ? {} : { environment: variables };
}

/**
 * The clusters, and why others cannot be addressed: those are told of as clusters that do not answer, and hold up no other.
 * @throws ConfigurationError when none can be addressed.
 */
async function clustersOf(run: Run): Promise<Found> {
  const { clusters, problems, unresolved } = await resolveClusters(run);
  if (clusters.size === 0) throw new ConfigurationError(problems);
  return { access: clusters, unresolved };
}

/** Given when the operation is to end, in whatever way. */
function endOf({ stop, kill }: Run): AbortSignal {
  return AbortSignal.any([stop, kill].filter((signal) => signal !== undefined));
}
