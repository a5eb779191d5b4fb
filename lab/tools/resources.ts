import { existsSync } from "node:fs";
import { readdir, stat, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Problem } from "../../topology/problem";
import { availableMemory } from "../memory";
import { cacheDirectory } from "./cache";
import { goDirectories } from "./go-module";

const gigabyte = 1e9;

/** Bytes that a build from nothing leaves behind, measured: compiled packages, modules, programs with images and downloads. */
const compiledBytes = 7.5 * gigabyte;
const modulesBytes = 4.7 * gigabyte;
const toolsBytes = 2.5 * gigabyte;

/** Bytes that a build takes: 1.0 GB were measured for two links of large programs side by side, on two processors. */
const buildMemoryBytes = 2 * gigabyte;

/** @returns a problem when there is too little memory for a build. */
export async function checkBuildMemory(): Promise<Problem[]> {
  const available = await availableMemory();
  if (available >= buildMemoryBytes) return [];
  return [tooLittle("memory to build the lab's tools", buildMemoryBytes, available, "End other programs.")];
}

/**
 * @returns a problem for each file system with too little space for what has yet to be built: what Go's caches hold
 * already is not built again.
 */
export async function checkDisk(): Promise<Problem[]> {
  const go = await goDirectories();
  const needs = [
    { directory: cacheDirectory(), bytes: toolsBytes },
    { directory: go.build, bytes: compiledBytes - (await estimateBuildCache(go.build)) },
    { directory: go.modules, bytes: existsSync(join(go.modules, "k8s.io")) ? 0 : modulesBytes },
  ];
  const byFileSystem = new Map<number, { bytes: number; directory: string }>();
  for (const { directory, bytes } of needs) {
    const existing = nearestExisting(directory);
    const { dev } = await stat(existing);
    const sum = byFileSystem.get(dev)?.bytes ?? 0;
    byFileSystem.set(dev, { bytes: sum + Math.max(0, bytes), directory: existing });
  }
  const problems: Problem[] = [];
  for (const { bytes, directory } of byFileSystem.values()) {
    const { bavail, bsize } = await statfs(directory);
    if (bavail * bsize >= bytes) continue;
    const what = `free on the file system of ${directory} to build the lab's tools`;
    const fix = "Free some, or put the caches elsewhere with ISTHMUS_CACHE, GOCACHE and GOMODCACHE.";
    problems.push(tooLittle(what, bytes, bavail * bsize, fix));
  }
  return problems;
}

/** Go spreads its entries evenly over 256 directories; a few of them tell the size of all. */
const sampledDirectories = ["00", "40", "80", "c0"] as const;

async function estimateBuildCache(directory: string): Promise<number> {
  let bytes = 0;
  for (const name of sampledDirectories) {
    const sampled = join(directory, name);
    if (!existsSync(sampled)) continue;
    const files = await readdir(sampled);
    const sizes = await Promise.all(files.map(async (file) => (await stat(join(sampled, file))).size));
    bytes += sizes.reduce((sum, size) => sum + size, 0);
  }
  return (bytes * 256) / sampledDirectories.length;
}

function nearestExisting(path: string): string {
  return existsSync(path) ? path : nearestExisting(dirname(path));
}

const inGigabytes = (bytes: number): string => `${(bytes / gigabyte).toFixed(1)} GB`;

const tooLittle = (what: string, wanted: number, found: number, fix: string): Problem => ({
  path: "machine",
  expected: `${inGigabytes(wanted)} of ${what}`,
  found: inGigabytes(found),
  fix,
});
