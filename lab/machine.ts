import { constants, existsSync } from "node:fs";
import { access, readdir, readFile, readlink, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Problem } from "../topology/problem";
import { labSubnets, type AddressFamily } from "./addresses";
import { isUnified } from "./cgroup";
import { availableMemory } from "./memory";
import { foreignRoutes, namespaceFile } from "./network";
import { runDirectory, stateDirectory } from "./paths";
import { bridgeName, planLab, type ClusterPlan, type LabCluster } from "./plan";
import { readLabRecord, recordedState } from "./record";
import { run } from "./run";

const mebibyte = 1024 * 1024;

/**
 * Memory that a cluster needs, in bytes: 0.6 GiB were measured for Kubernetes, CoreDNS and MetalLB, 1.1 GiB with istiod,
 * a gateway and the sample.
 */
const memoryPerCluster = 1200 * mebibyte;

/** The same for one without a node: etcd, the API server and the controllers. */
const memoryPerNodelessCluster = 400 * mebibyte;

/** Disk that a cluster needs, in bytes: etcd's logs 130 MiB, Kubernetes' logs, what pods write. */
const diskPerCluster = 500 * mebibyte;

/** File watchers that the kernel grants to one user are used by kubelet, containerd and Kubernetes: 15 a cluster, measured. */
const watchersPerCluster = 18;

/**
 * Finds out whether this machine can run the lab. Changes nothing.
 * @returns every problem, in the order in which they had best be mended.
 */
export async function checkMachine(clusters: readonly LabCluster[]): Promise<Problem[]> {
  const basics = checkBasics();
  if (basics.length > 0) return basics;
  const programs = checkPrograms();
  if (programs.length > 0) return programs;
  const plan = planLab(clusters);
  const record = await readLabRecord();
  const standing = new Set((record?.clusters ?? []).map(({ name }) => name));
  const newClusters = plan.clusters.filter(({ name }) => !standing.has(name));
  const added = newClusters.map(({ name }) => name);
  const problems = await Promise.all([
    checkKernel(),
    checkControlGroups(),
    availableMemory().then((bytes) => memoryProblems(newClusters, bytes)),
    checkDisk(added.length),
    checkWatchers(newClusters.filter(({ nodes }) => nodes === "one").length),
    ...[...new Set(plan.clusters.flatMap(({ families }) => families.map(({ family }) => family)))].map(checkFamily),
    checkOtherLab(),
  ]);
  return [...problems.flat(), ...checkNames(added)];
}

/** Linux and root: without them there is neither a lab nor a way to look at one. */
export function checkBasics(): Problem[] {
  if (process.platform !== "linux") {
    return [problem("a Linux machine", process.platform, "Run the lab in a virtual machine with Linux.")];
  }
  if (process.getuid?.() === 0) return [];
  const found = `user ${process.getuid?.() ?? "unknown"}`;
  return [problem("root, to make network namespaces and containers", found, "Run the command with sudo.")];
}

function problem(expected: string, found: string, fix: string): Problem {
  return { path: "machine", expected, found, fix };
}

/** Where each program that every distribution has comes from. */
const systemPrograms: Readonly<Record<string, string>> = {
  ip: "iproute2",
  nsenter: "util-linux",
  unshare: "util-linux",
  setpriv: "util-linux",
  mount: "util-linux",
  umount: "util-linux",
  sysctl: "procps",
  cp: "coreutils",
};

function checkPrograms(): Problem[] {
  const directories = (process.env["PATH"] ?? "").split(":");
  const missing = Object.keys(systemPrograms).filter(
    (name) => !directories.some((path) => existsSync(join(path, name))),
  );
  if (missing.length === 0) return [];
  const packages = [...new Set(missing.map((name) => systemPrograms[name]))].join(", ");
  return [problem(`the programs ${missing.join(", ")} on PATH`, "none", `Install ${packages}.`)];
}

/** Tries, in namespaces that vanish at once, what the lab will do. */
async function checkKernel(): Promise<Problem[]> {
  const trials = [
    {
      what: "the right to make namespaces",
      command: "true",
      fix: "Run it outside a container, or in a privileged one.",
    },
    {
      what: "virtual network cables and bridges (veth, bridge)",
      command: "ip link add cable0 type veth peer name cable1 && ip link add bridge0 type bridge",
      fix: "Load the kernel modules: modprobe veth bridge.",
    },
    {
      what: "overlay file systems (overlayfs)",
      command:
        "mount -t tmpfs t /tmp && cd /tmp && mkdir l u w m && mount -t overlay o -o lowerdir=l,upperdir=u,workdir=w m",
      fix: "Load the kernel module: modprobe overlay.",
    },
  ];
  for (const { what, command, fix } of trials) {
    const failure = await run(["unshare", "--mount", "--net", "sh", "-c", command]).then(
      () => undefined,
      (error: unknown) => String(error).split("\n").at(-1) ?? "",
    );
    // The later ones need the earlier ones.
    if (failure !== undefined) return [problem(what, `refused: ${failure}`, fix)];
  }
  return [];
}

async function checkControlGroups(): Promise<Problem[]> {
  const root = "/sys/fs/cgroup";
  const unified = isUnified();
  const places = unified ? [root] : ["memory", "cpu", "pids"].map((controller) => join(root, controller));
  const found = await Promise.all(places.map(async (place) => ((await isWritable(place)) ? [] : [place])));
  const refused = found.flat();
  if (refused.length === 0) return unified ? await checkDelegation(root) : [];
  const fix = "Mount the cgroup file system, writable; in a container, run it privileged.";
  return [problem("control groups (cgroups) that can be made", `no writable ${refused.join(", ")}`, fix)];
}

/** In a container on cgroup v2, its own processes may stand in the way: a group has either processes or controllers to hand down. */
async function checkDelegation(root: string): Promise<Problem[]> {
  // The machine's real root group, which is exempt, has no type.
  if (!existsSync(join(root, "cgroup.type"))) return [];
  const handedDown = await readFile(join(root, "cgroup.subtree_control"), "utf8");
  const processes = await readFile(join(root, "cgroup.procs"), "utf8");
  if (handedDown.includes("memory") || processes === "") return [];
  const fix = `Move them: mkdir ${root}/init && for p in $(cat ${root}/cgroup.procs); do echo $p > ${root}/init/cgroup.procs; done`;
  return [problem("no process in the container's root control group", "some", fix)];
}

const isWritable = (path: string): Promise<boolean> =>
  access(path, constants.W_OK).then(
    () => true,
    () => false,
  );

/** Whether there is enough memory for some more clusters. Pure. @param available in bytes. */
export function memoryProblems(clusters: readonly Pick<ClusterPlan, "nodes">[], available: number): Problem[] {
  const sizes = clusters.map(({ nodes }) => (nodes === "one" ? memoryPerCluster : memoryPerNodelessCluster));
  const needed = sizes.reduce((sum, size) => sum + size, 0);
  if (available >= needed) return [];
  const each = [...new Set(sizes)].map(mebibytes).join(" or ");
  const expected = `${mebibytes(needed)} of free memory for ${clusters.length} more clusters (${each} each)`;
  return [problem(expected, mebibytes(available), "Choose a stack with fewer clusters, or end other programs.")];
}

/** OVERLAYFS_SUPER_MAGIC of statfs(2). Overlays cannot be stacked on overlays. */
const overlayFileSystem = 0x794c7630;

async function checkDisk(clusters: number): Promise<Problem[]> {
  const directory = existingParent(stateDirectory());
  const { bavail, bsize, type } = await statfs(directory);
  if (type === overlayFileSystem) {
    const fix = "In a container, mount a volume for it, or set ISTHMUS_LAB_DIR to a directory on one.";
    return [problem(`a disk of its own behind ${directory}, for layers of images`, "an overlay file system", fix)];
  }
  return diskProblems(clusters, bavail * bsize, directory);
}

/** Whether there is enough disk for some more clusters. Pure. @param available in bytes. */
export function diskProblems(clusters: number, available: number, directory: string): Problem[] {
  const needed = clusters * diskPerCluster;
  if (available >= needed) return [];
  const expected = `${mebibytes(needed)} of free disk in ${directory} for ${clusters} more clusters (${mebibytes(diskPerCluster)} each)`;
  return [problem(expected, mebibytes(available), "Free some, or set ISTHMUS_LAB_DIR to a directory on another disk.")];
}

function existingParent(directory: string): string {
  return existsSync(directory) ? directory : existingParent(dirname(directory));
}

const mebibytes = (bytes: number): string => `${Math.floor(bytes / mebibyte)} MiB`;

async function checkWatchers(clusters: number): Promise<Problem[]> {
  const limit = Number(await readFile("/proc/sys/fs/inotify/max_user_instances", "utf8"));
  const needed = clusters * watchersPerCluster;
  const used = clusters === 0 ? 0 : await countWatchers();
  if (limit - used >= needed) return [];
  const expected = `${needed} free inotify instances for ${clusters} more clusters`;
  const fix = `Allow more: sysctl -w fs.inotify.max_user_instances=${used + needed + 128}`;
  return [problem(expected, `${used} of ${limit} in use`, fix)];
}

/** inotify instances in use, as far as they can be seen. */
async function countWatchers(): Promise<number> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const counts = await Promise.all(pids.map(countWatchersOf));
  return counts.reduce((sum, count) => sum + count, 0);
}

async function countWatchersOf(pid: string): Promise<number> {
  const directory = `/proc/${pid}/fd`;
  // A process, or one of its files, may be gone by the time that it is looked at.
  const files = await readdir(directory).catch(() => []);
  const targets = await Promise.all(files.map((file) => readlink(join(directory, file)).catch(() => "")));
  return targets.filter((target) => target === "anon_inode:inotify").length;
}

/** Whether clusters of a family have their addresses for themselves, and the kernel knows the family. */
async function checkFamily(family: AddressFamily): Promise<Problem[]> {
  if (family === "IPv6" && !existsSync("/proc/net/if_inet6")) {
    const fix = "Choose a stack without IPv6 ranges, or start the kernel without ipv6.disable=1.";
    return [problem("a kernel with IPv6", "one without", fix)];
  }
  const routes = await foreignRoutes(family);
  return routes.map(({ range, device }) => ({
    path: "machine.network",
    expected: `${labSubnets[family]} free for the lab`,
    found: `a route to ${range} on ${device}`,
    fix: device.startsWith("br-")
      ? "It is probably a Docker network, such as kind's: remove it (docker network ls, docker network rm)."
      : `Remove what uses it, or take down ${device} while the lab stands.`,
  }));
}

/** A machine has room for one lab: all have the same addresses. */
async function checkOtherLab(): Promise<Problem[]> {
  const other = await recordedState();
  if (other === undefined || other === stateDirectory() || !existsSync(other)) return [];
  const fix = `Remove it: ISTHMUS_LAB_DIR=${other} isthmus lab down`;
  return [problem("no other lab on this machine", `one in ${other}`, fix)];
}

/** The machine's interface and the clusters' namespaces must be free or the lab's own. */
function checkNames(clusters: readonly string[]): Problem[] {
  const isOurs = existsSync(runDirectory);
  const problems: Problem[] = [];
  if (existsSync(`/sys/class/net/${bridgeName}`) && !isOurs && !existsSync(namespaceFile(bridgeName))) {
    const fix = `Rename or remove it: ip link delete ${bridgeName}`;
    problems.push(problem(`no network interface ${bridgeName} but the lab's`, "one that the lab did not make", fix));
  }
  const taken = clusters.map((name) => `isthmus-${name}`).filter((name) => !isOurs && existsSync(namespaceFile(name)));
  for (const name of taken) {
    const fix = `Remove it: ip netns delete ${name}`;
    problems.push(problem(`no network namespace ${name} but the lab's`, "one that the lab did not make", fix));
  }
  return problems;
}
