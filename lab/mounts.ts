import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { namespaceDirectory } from "./network";
import { clusterPaths, runDirectory } from "./paths";
import type { ClusterPlan } from "./plan";
import { run } from "./run";

/**
 * Places that kubelet, containerd and the CNI plugins write to whatever they are told. Each cluster sees its own there,
 * by a mount namespace of its own: clusters cannot disturb each other nor a Kubernetes that the machine may run itself,
 * and all mounts of pods are gone as soon as the namespace is.
 */
const hardCodedPlaces = ["/run/containerd", "/var/lib/cni", "/var/lib/kubelet", "/var/log/containers", "/var/log/pods"];

/** Which of these places the lab made as mount points, to be removed again if they are empty. */
const madePlacesFile = (state: string): string => join(state, "made-directories");

/** Makes the directory for what lasts until a reboot a mount of its own: namespaces can be pinned on private mounts alone. */
export async function ensureRunDirectory(state: string): Promise<void> {
  await mkdir(runDirectory, { recursive: true, mode: 0o700 });
  if (!(await mountPoints()).includes(runDirectory)) {
    await run(["mount", "--bind", runDirectory, runDirectory]);
  }
  await run(["mount", "--make-private", runDirectory]);
  const made = await readMadePlaces(state);
  const missing = [...hardCodedPlaces, namespaceDirectory].filter((place) => !existsSync(place));
  await writeFile(madePlacesFile(state), [...made, ...missing].join("\n"));
  for (const place of missing) await mkdir(place, { recursive: true });
}

async function readMadePlaces(state: string): Promise<string[]> {
  const file = madePlacesFile(state);
  if (!existsSync(file)) return [];
  return (await readFile(file, "utf8")).split("\n").filter((line) => line !== "");
}

/**
 * Makes a cluster's mount namespace, pinned at `clusterPaths().mounts`, unless it is there. Its programs ask the cluster's
 * own DNS: an API server that is to call a webhook by a host name finds it there, as a cloud's does.
 */
export async function ensureClusterMounts({ name, dnsService }: ClusterPlan): Promise<void> {
  const paths = clusterPaths(name);
  const complete = `${paths.mounts}.complete`;
  if ((await mountPoints()).includes(paths.mounts)) {
    if (existsSync(complete)) return;
    await run(["umount", paths.mounts]);
  }
  await mkdir(paths.kubelet, { recursive: true });
  await rm(complete, { force: true });
  await writeFile(paths.mounts, "");
  await writeFile(paths.resolverConfiguration, `nameserver ${dnsService}\n`);
  const commands = [
    "set -e",
    ...hardCodedPlaces
      .filter((place) => place !== "/var/lib/kubelet")
      .map((place) => `mount -t tmpfs -o mode=0755 isthmus ${place}`),
    `mount --bind ${quote(paths.kubelet)} /var/lib/kubelet`,
    `mount --bind ${quote(paths.resolverConfiguration)} /etc/resolv.conf`,
    // Volumes that are mounted for a pod have to show up inside its containers.
    "mount --make-shared /var/lib/kubelet",
  ];
  await run(["unshare", `--mount=${paths.mounts}`, "--propagation=slave", "sh", "-c", commands.join("\n")]);
  await writeFile(complete, "");
}

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** Lets go of one cluster's mount namespace; its mounts go when its last process has gone. */
export async function removeClusterMounts(cluster: string): Promise<void> {
  await unmountBelow(clusterPaths(cluster).run);
}

/** Unmounts everything of the lab's that the machine itself sees, and removes the mount points that it made. */
export async function removeAllMounts(state: string): Promise<void> {
  await removeRunDirectory();
  await unmountBelow(state);
  const made = await readMadePlaces(state);
  // `ip netns add` mounts this one on itself.
  if (
    made.includes(namespaceDirectory) &&
    existsSync(namespaceDirectory) &&
    (await readdir(namespaceDirectory)).length === 0
  ) {
    await unmountBelow(namespaceDirectory);
  }
  for (const place of made) await removeIfEmpty(place);
}

async function removeIfEmpty(directory: string): Promise<void> {
  await rmdir(directory).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    // Somebody else uses it by now.
    if (code !== "ENOTEMPTY" && code !== "ENOENT" && code !== "EBUSY") throw error;
  });
}

/** Unmounts and empties the directory for what lasts until a reboot. */
export async function removeRunDirectory(): Promise<void> {
  await unmountBelow(runDirectory);
  await rm(runDirectory, { recursive: true, force: true });
}

async function unmountBelow(directory: string): Promise<void> {
  const points = (await mountPoints()).filter((point) => point === directory || point.startsWith(`${directory}/`));
  // The last mounted first: one may lie on another.
  for (const point of points.reverse()) await run(["umount", "--lazy", point]);
}

/** Mount points that this process sees, in the order in which they were mounted; proc_pid_mountinfo(5) has the escapes. */
async function mountPoints(): Promise<string[]> {
  const lines = (await readFile("/proc/self/mountinfo", "utf8")).trimEnd().split("\n");
  return lines.map((line) =>
    (line.split(" ")[4] ?? "").replace(/\\([0-7]{3})/g, (_, octal: string) =>
      String.fromCharCode(Number.parseInt(octal, 8)),
    ),
  );
}
