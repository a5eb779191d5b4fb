import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, join } from "node:path";
import type { Report } from "../progress";
import { isIntact, writeManifest } from "./manifest";

/** Things that are built together and kept together, keyed by what they are made from. */
export interface Group {
  /** Short, for the directory: `kubernetes`. */
  readonly name: string;
  /** For people: `Kubernetes, Istio, CoreDNS, Helm`. */
  readonly title: string;
  /** Everything that the content depends on. */
  readonly key: readonly string[];
  /** Fills an empty directory, which becomes `target` once it is complete. */
  readonly build: (work: BuildPlace, report: Report) => Promise<BuildResult>;
}

/** Where a group is built, and where it will stand. */
export interface BuildPlace {
  readonly directory: string;
  readonly target: string;
}

export interface BuildResult {
  /** Files elsewhere on the machine that the group uses. When one of them changes, the group is built again. */
  readonly external?: readonly string[];
}

/** `$ISTHMUS_CACHE`, else `$XDG_CACHE_HOME/isthmus`, else `~/.cache/isthmus`. */
export function cacheDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  const own = environment["ISTHMUS_CACHE"];
  if (own !== undefined && own !== "") return own;
  const base = environment["XDG_CACHE_HOME"];
  return join(base !== undefined && base !== "" ? base : join(homedir(), ".cache"), "isthmus");
}

/** A group's place in the cache. Another key is another place, so an old version never stands in for a new one. */
export function groupDirectory(cache: string, group: Pick<Group, "name" | "key">): string {
  const digest = createHash("sha256").update(JSON.stringify(group.key)).digest("hex").slice(0, 16);
  return join(cache, "lab", `${group.name}-${digest}`);
}

/** @returns whether the group is in the cache, complete and undamaged. Reads sizes only. */
export function isBuilt(cache: string, group: Group): boolean {
  return isIntact(groupDirectory(cache, group));
}

const unfinished = "unfinished-";

/** Removes what builds that were killed left behind. Only for the one process that may build. */
export async function removeUnfinished(cache: string): Promise<void> {
  const parent = join(cache, "lab");
  if (!existsSync(parent)) return;
  const leftovers = (await readdir(parent)).filter((name) => name.startsWith(unfinished));
  await Promise.all(leftovers.map((name) => rm(join(parent, name), { recursive: true, force: true })));
}

/** Builds a group beside its place and moves it there in one step: whatever is in place is whole. */
export async function buildGroup(cache: string, group: Group, report: Report): Promise<void> {
  const target = groupDirectory(cache, group);
  const directory = join(cache, "lab", `${unfinished}${basename(target)}`);
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  const { external = [] } = await group.build({ directory, target }, report);
  await writeManifest(directory, external);
  await rm(target, { recursive: true, force: true });
  await rename(directory, target);
}

/** Digest of files' contents, in the order given. */
export function digestFiles(paths: readonly string[]): string {
  const hash = createHash("sha256");
  for (const path of paths) {
    hash.update(`${basename(path)}\0`);
    hash.update(readFileSync(path));
  }
  return hash.digest("hex");
}
