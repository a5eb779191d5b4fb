import { existsSync, statSync } from "node:fs";
import { readdir, readFile, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** Far longer than it takes to write such a file: one that is older is not being written. */
const writingTakesAtMostMs = 1_000;

/**
 * Removes what a kill cut off in a backend of files. Beside each of its files stands another with the attributes, which is
 * not written in one piece (gocloud.dev, fileblob); one that is empty makes every command of Pulumi's fail with `EOF`, for
 * all stacks of the project. Nothing is lost by removing it: a file without attributes is taken as it is.
 * @param directory The backend's.
 * @returns How many there were.
 */
export async function removeTornAttributes(directory: string): Promise<number> {
  const root = join(directory, ".pulumi");
  if (!existsSync(root)) return 0;
  const files = (await readdir(root, { recursive: true })).filter((file) => file.endsWith(".attrs"));
  // One after the other: a backend may have more of them than a process may open at once. Of those that are cut off only
  // the first one is waited for.
  const stale: string[] = [];
  for (const file of files) if (await isTorn(join(root, file))) stale.push(file);
  for (const file of stale) await rm(join(root, file), { force: true });
  return stale.length;
}

/**
 * The directory of a backend of files; undefined for another backend, and where only a login says which it is.
 * @param url As `PULUMI_BACKEND_URL` has it.
 * @param workDirectory Directory that Pulumi runs in, from which a relative path starts.
 */
export function directoryOfBackend(url: string | undefined, workDirectory: string): string | undefined {
  const path = /^file:\/\/([^?]+)/.exec(url ?? "")?.[1];
  if (path === undefined) return undefined;
  return path === "~" || path.startsWith("~/") ? join(homedir(), path.slice(1)) : resolve(workDirectory, path);
}

/** Whether a file is cut off, and stays so. */
async function isTorn(file: string): Promise<boolean> {
  while (!(await isWholeOrGone(file))) {
    const ageMs = Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (ageMs >= writingTakesAtMostMs) return true;
    await delay(writingTakesAtMostMs - ageMs);
  }
  return false;
}

async function isWholeOrGone(file: string): Promise<boolean> {
  try {
    JSON.parse(await readFile(file, "utf8"));
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return true;
    throw error;
  }
}
