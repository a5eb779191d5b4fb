import { existsSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { clustersWithGroups, killAndRemove } from "./cgroup";
import { unlinkProject } from "./environment";
import { withLabLock } from "./lock";
import { removeAllMounts, removeClusterMounts } from "./mounts";
import { existingNamespaces, removeBridge, removeClusterNetwork } from "./network";
import { clusterPaths, runDirectory, stateDirectory } from "./paths";
import type { Progress } from "./progress";
import { readLabRecord, recordedState } from "./record";

/** Removes every trace of the lab but the cache of tools. Safe at any time, on half a lab and on none. */
export async function bringDown(progress: Progress): Promise<void> {
  const tellHolder = (holder: number) =>
    progress.note(`Another command (process ${holder}) is changing the lab: waiting for it.`);
  const remove = async () => {
    const other = await recordedState();
    await removeLab(stateDirectory());
    if (other !== undefined && other !== stateDirectory()) await removeLab(other);
  };
  await withLabLock(() => progress.step("Removing the lab", remove), tellHolder);
}

/** The caller holds the lab's lock. */
export async function removeLab(state: string): Promise<void> {
  // A record that cannot be read must not keep the rest from being removed.
  const record = await readLabRecord(state).catch(() => undefined);
  const runs = existsSync(runDirectory) ? await readdir(runDirectory) : [];
  const clusters = new Set([
    ...(record?.clusters ?? []).map(({ name }) => name),
    ...(await clustersWithGroups()),
    ...runs,
  ]);
  // All at once and without asking: nothing of what they hold will be read again.
  await killAndRemove();
  for (const namespace of await existingNamespaces([...clusters].map((name) => `isthmus-${name}`))) {
    await removeClusterNetwork(namespace);
  }
  await removeBridge();
  await removeAllMounts(state);
  for (const directory of record?.projectDirectories ?? []) await unlinkProject(directory, state);
  await rm(state, { recursive: true, force: true });
}

/** Removes one cluster and all that it holds. */
export async function removeCluster(name: string, index: number, state: string): Promise<void> {
  const paths = clusterPaths(name, state);
  await killAndRemove(name);
  await removeClusterNetwork(`isthmus-${name}`, `port${index}`);
  await removeClusterMounts(name);
  for (const directory of [paths.run, paths.data, paths.logs]) await rm(directory, { recursive: true, force: true });
}
