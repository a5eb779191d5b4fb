import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pollUntil } from "./wait";

/**
 * Every process of the lab lives below this cgroup, so that none can be lost: it is how `down` finds what a crash left
 * without a pid file.
 */
const labGroup = "isthmus-lab";

/** Controllers that account for the lab's processes; a machine that lacks one does without. */
const controllers = ["memory", "cpu", "cpuacct", "pids"];

/** Controllers that kubelet and runc want below a cluster's cgroup on cgroup v2, where the machine has them. */
const delegated = ["memory", "cpu", "cpuset", "io", "pids", "hugetlb"];

const mountPoint = "/sys/fs/cgroup";

/** Whether the machine has the unified hierarchy alone (cgroup v2). */
export const isUnified = (): boolean => existsSync(join(mountPoint, "cgroup.controllers"));

/** The parent of a cluster's pods, as kubelet's `cgroupRoot` wants it. */
export const podsGroup = (cluster: string): string => `/${labGroup}/${cluster}/pods`;

/** A component's cgroup below each hierarchy's root. */
const componentGroup = (cluster: string, component: string) => join(labGroup, cluster, "system", component);

/** The roots that new processes are put into: one on cgroup v2, one a controller on v1. */
function accountingRoots(): string[] {
  if (isUnified()) return [mountPoint];
  return controllers.map((controller) => join(mountPoint, controller)).filter((root) => existsSync(root));
}

/** All roots, for runc makes groups below each of them. */
async function allRoots(): Promise<string[]> {
  if (isUnified()) return [mountPoint];
  return (await readdir(mountPoint)).map((hierarchy) => join(mountPoint, hierarchy));
}

/**
 * Makes the cgroup of a component.
 * @returns the `cgroup.procs` files that its process has to write itself into.
 */
export async function makeComponentGroup(cluster: string, component: string): Promise<string[]> {
  const group = componentGroup(cluster, component);
  const directories = accountingRoots().map((root) => join(root, group));
  for (const directory of directories) await mkdir(directory, { recursive: true });
  if (isUnified()) await delegateControllers(cluster);
  return directories.map((directory) => join(directory, "cgroup.procs"));
}

/** Makes the parent of a cluster's pods in every hierarchy, where kubelet looks for it. */
export async function makePodsGroup(cluster: string): Promise<void> {
  if (!isUnified()) await openCpuset();
  for (const root of await allRoots()) await mkdir(join(root, podsGroup(cluster)), { recursive: true });
}

/** On cgroup v1 a new cpuset has no processor at all, unless its parent says that its children start as it is. */
async function openCpuset(): Promise<void> {
  const root = join(mountPoint, "cpuset");
  const group = join(root, labGroup);
  if (!existsSync(root) || existsSync(group)) return;
  await mkdir(group);
  for (const file of ["cpuset.cpus", "cpuset.mems"])
    await writeFile(join(group, file), await readFile(join(root, file)));
  await writeFile(join(group, "cgroup.clone_children"), "1");
}

/** On cgroup v2 a group has only the controllers that its parents hand down. */
async function delegateControllers(cluster: string): Promise<void> {
  for (const group of ["", labGroup, join(labGroup, cluster), join(labGroup, cluster, "system")]) {
    const directory = join(mountPoint, group);
    const available = (await readFile(join(directory, "cgroup.controllers"), "utf8")).trim().split(/\s+/);
    const enabled = await readFile(join(directory, "cgroup.subtree_control"), "utf8");
    const missing = available.filter((name) => name !== "" && !enabled.split(/\s+/).includes(name));
    const wanted = missing.filter((name) => delegated.includes(name));
    if (wanted.length === 0) continue;
    await writeFile(join(directory, "cgroup.subtree_control"), wanted.map((name) => `+${name}`).join(" "));
  }
}

/** Process ids of a component: its main process and whatever that started. */
export async function componentProcesses(cluster: string, component: string): Promise<number[]> {
  const [root] = accountingRoots();
  return root === undefined ? [] : await processesBelow(join(root, componentGroup(cluster, component)));
}

/** Process ids of a cluster, its pods' included. */
export async function clusterProcesses(cluster: string): Promise<number[]> {
  return await processesOf(cluster);
}

async function processesOf(...group: string[]): Promise<number[]> {
  const found = await Promise.all((await allRoots()).map((root) => processesBelow(join(root, labGroup, ...group))));
  return [...new Set(found.flat())];
}

async function processesBelow(directory: string): Promise<number[]> {
  const groups = await groupsBelow(directory);
  const lists = await Promise.all(groups.map((group) => readIfThere(join(group, "cgroup.procs"))));
  return lists.flatMap((list) =>
    list
      .split("\n")
      .filter((line) => line !== "")
      .map(Number),
  );
}

/** A group and all below it, the deepest first. */
async function groupsBelow(directory: string): Promise<string[]> {
  if (!existsSync(directory)) return [];
  const entries = await readdir(directory, { withFileTypes: true }).catch(ignoreMissing([]));
  const children = entries.filter((entry) => entry.isDirectory()).map((entry) => join(directory, entry.name));
  return [...(await Promise.all(children.map(groupsBelow))).flat(), directory];
}

const readIfThere = (file: string): Promise<string> => readFile(file, "utf8").catch(ignoreMissing(""));

/** A cgroup may vanish while it is read (ENODEV is what its files then answer). */
function ignoreMissing<T>(instead: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (error.code === "ENOENT" || error.code === "ENODEV") return instead;
    throw error;
  };
}

/**
 * Kills every process below the lab's cgroup, or one cluster's, and removes the groups.
 * @param cluster all clusters where it is not given.
 */
export async function killAndRemove(cluster?: string): Promise<void> {
  const group = cluster === undefined ? [] : [cluster];
  await pollUntil(
    async () => {
      const processes = await processesOf(...group);
      for (const pid of processes) kill(pid);
      return processes.length === 0;
    },
    { what: "the lab's processes to end", timeoutMs: 20_000, intervalMs: 20 },
  );
  const trees = (await allRoots()).map((root) => join(root, labGroup, ...group));
  const removed = async () => (await Promise.all(trees.map(removeGroups))).every((done) => done);
  await pollUntil(removed, { what: "the lab's cgroups to be removed", timeoutMs: 20_000, intervalMs: 20 });
}

/** @returns false while a process that was killed is still on its way out of one of the groups. */
async function removeGroups(tree: string): Promise<boolean> {
  let done = true;
  for (const directory of await groupsBelow(tree)) {
    await rmdir(directory).catch((error: unknown) => {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EBUSY" || code === "ENOTEMPTY") done = false;
      else if (code !== "ENOENT" && code !== "ENODEV") throw error;
    });
  }
  return done;
}

/** Kills a process, if it is still there. */
export function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Names of the clusters that have a cgroup. */
export async function clustersWithGroups(): Promise<string[]> {
  const lists = await Promise.all(
    (await allRoots()).map((root) => readdir(join(root, labGroup), { withFileTypes: true }).catch(ignoreMissing([]))),
  );
  return [
    ...new Set(
      lists
        .flat()
        .filter((entry) => entry.isDirectory())
        .map((entry) => entry.name),
    ),
  ];
}
