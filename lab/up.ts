import { existsSync } from "node:fs";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { AddressFamily } from "./addresses";
import type { ClusterCertificates } from "./certificates";
import { clusterOf, type Cluster } from "./cluster";
import { removeCluster, removeLab } from "./down";
import { linkProject, writeEnvironment } from "./environment";
import { findImageStore, makeImageStore as makeStore, type ImageStore } from "./image-store";
import { withLabLock } from "./lock";
import { ensureRunDirectory, removeRunDirectory } from "./mounts";
import { ensureBridge } from "./network";
import { runDirectory, stateDirectory } from "./paths";
import { planLab, stayingClusters, type ClusterPlan, type LabCluster, type LabPlan } from "./plan";
import { linkPlugins, pluginSetting } from "./plugins";
import { bootId } from "./process";
import type { Progress } from "./progress";
import { readLabRecord, recordFormat, recordState, writeLabRecord } from "./record";
import { prepareCluster, startCluster } from "./start";
import type { Toolbox } from "./tools";

/** What `up` is to bring about. */
export interface UpOptions {
  readonly clusters: readonly LabCluster[];
  /** Gets a link `.lab` to the lab's directory. */
  readonly projectDirectory: string;
  /** The stack whose configuration named the clusters. */
  readonly stack: string;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
}

/** Brings the lab to the wanted clusters, whatever state it is in, and waits until all of them work. */
export async function bringUp(options: UpOptions, toolbox: Toolbox): Promise<void> {
  const { progress, signal } = options;
  planLab(options.clusters);
  const tellHolder = (holder: number) =>
    progress.note(`Another command (process ${holder}) is changing the lab: waiting for it.`);
  await withLabLock(() => bringUpAlone(options, toolbox), tellHolder, signal);
}

async function bringUpAlone(options: UpOptions, toolbox: Toolbox): Promise<void> {
  const { progress, signal } = options;
  const state = stateDirectory();
  const startMs = performance.now();
  const setting = pluginSetting();
  await removeOldLab(state, progress);
  await prepareDirectories(state);
  await linkPlugins({ stateDirectory: state, toolbox, setting, progress });
  const plan = await planAndRecord(options, state, progress);
  const clusters = plan.clusters.map((cluster) => clusterOf(cluster, state, toolbox));
  const store = await makeImageStore(toolbox, progress);
  await ensureBridge(new Set(plan.clusters.flatMap(familiesIn)));
  // One after the other: it is the network that must stand before anything talks.
  const prepared: PreparedCluster[] = [];
  for (const cluster of clusters) prepared.push({ cluster, certificates: await prepareCluster(cluster) });
  await writeEnvironment(clusters, toolbox, state);
  await linkProject(options.projectDirectory, state);
  const started = await startAll(prepared, store, progress, signal);
  if (!started) progress.note(`The lab stands already: ${names(clusters)} (${seconds(performance.now() - startMs)}).`);
}

interface PreparedCluster {
  readonly cluster: Cluster;
  readonly certificates: ClusterCertificates;
}

async function startAll(
  clusters: readonly PreparedCluster[],
  store: ImageStore,
  progress: Progress,
  signal?: AbortSignal,
): Promise<boolean> {
  progress.expect(clusters.length);
  const results = await Promise.allSettled(
    clusters.map(({ cluster, certificates }) =>
      progress.step(`Cluster ${cluster.plan.name}`, (report) =>
        startCluster(cluster, certificates, store, report, signal),
      ),
    ),
  );
  const errors = results.filter((result) => result.status === "rejected").map(({ reason }) => reason as Error);
  const [error] = errors;
  if (error !== undefined && errors.length === 1) throw error;
  if (error !== undefined) throw new AggregateError(errors, errors.map(({ message }) => message).join("\n"));
  return results.some((result) => result.status === "fulfilled" && result.value);
}

/** A step of its own only when there is something to do. */
async function makeImageStore(toolbox: Toolbox, progress: Progress): Promise<ImageStore> {
  const existing = await findImageStore(toolbox);
  if (existing !== undefined) return existing;
  return await progress.step("Unpacking the images", (report) => makeStore(toolbox, report));
}

async function removeOldLab(state: string, progress: Progress): Promise<void> {
  const record = await readLabRecord(state);
  if (record === undefined || record.format === recordFormat) return;
  await progress.step("Removing a lab that another version of Isthmus made", () => removeLab(state));
}

async function planAndRecord(options: UpOptions, state: string, progress: Progress): Promise<LabPlan> {
  const record = await readLabRecord(state);
  const recorded = record?.clusters ?? [];
  const staying = stayingClusters(recorded, options.clusters);
  const plan = planLab(options.clusters, Object.fromEntries(staying.map(({ name, index }) => [name, index])));
  for (const { name, index } of recorded.filter((cluster) => !staying.includes(cluster))) {
    await progress.step(`Removing cluster ${name}`, () => removeCluster(name, index, state));
  }
  await writeLabRecord(
    {
      format: recordFormat,
      stack: options.stack,
      projectDirectories: [...new Set([...(record?.projectDirectories ?? []), options.projectDirectory])],
      clusters: plan.clusters.map((cluster) => {
        const { name, network, nodes, index } = cluster;
        return { name, network, nodes, families: familiesIn(cluster), index };
      }),
    },
    state,
  );
  return plan;
}

async function prepareDirectories(state: string): Promise<void> {
  await mkdir(state, { recursive: true, mode: 0o700 });
  await chmod(state, 0o700);
  // On some machines /run is on a disk: what an earlier boot left there is void.
  const bootFile = join(runDirectory, ".boot-id");
  const lastBoot = existsSync(bootFile) ? await readFile(bootFile, "utf8") : undefined;
  if (lastBoot !== bootId()) await removeRunDirectory();
  await ensureRunDirectory(state);
  await writeFile(bootFile, bootId());
  await recordState(state);
}

const familiesIn = ({ families }: ClusterPlan): AddressFamily[] => families.map(({ family }) => family);
const names = (clusters: readonly Cluster[]): string => clusters.map(({ plan }) => plan.name).join(", ");
const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;
