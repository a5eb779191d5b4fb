import { existsSync } from "node:fs";
import { copyFile, readdir, readFile, rename, stat } from "node:fs/promises";
import { homedir, hostname } from "node:os";
import { join } from "node:path";
import { isAlive } from "./process-life";

/** Longer than any writing of a state takes: one that nobody locks and that is as it is for so long is not being written. */
const writingTakesAtMostMs = 10_000;

/**
 * Puts back the last whole state of stacks whose state was cut off: a backend of files empties the file before it writes
 * (pulumi, backend/diy), so who is killed between the two leaves nothing, and no command of Pulumi's works on any stack of
 * the project. The state before stands beside it, and says what was begun. One that is just being written is left alone.
 * @param directory The backend's.
 * @returns Names of the stacks.
 */
export async function restoreTornStates(directory: string): Promise<string[]> {
  const states = join(directory, ".pulumi", "stacks");
  if (!existsSync(states)) return [];
  const files = (await readdir(states, { recursive: true })).filter((file) => file.endsWith(".json"));
  const restored: string[] = [];
  for (const file of files) {
    const path = join(states, file);
    if (!(await isTorn(path)) || !(await isWhole(`${path}.bak`))) continue;
    const [project = "", name = ""] = file
      .replace(/\.json$/, "")
      .split(/[/\\]/)
      .slice(-2);
    if (await isBeingWritten(path, join(directory, ".pulumi", "locks", "organization", project, name))) continue;
    await copyFile(`${path}.bak`, `${path}.restored`);
    await rename(`${path}.restored`, path);
    restored.push(name);
  }
  return restored;
}

/**
 * The directory of a backend of files; undefined for another backend, and where only a login says which it is.
 * @param url As `PULUMI_BACKEND_URL` has it.
 */
export function directoryOfBackend(url: string | undefined): string | undefined {
  const path = /^file:\/\/([^?]+)/.exec(url ?? "")?.[1];
  return path === "~" || path?.startsWith("~/") === true ? join(homedir(), path.slice(1)) : path;
}

const isTorn = async (file: string): Promise<boolean> => !(await isWhole(file));

async function isWhole(file: string): Promise<boolean> {
  if (!existsSync(file)) return false;
  try {
    JSON.parse(await readFile(file, "utf8"));
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

/** Whoever updates a stack locks it; other commands that write its state do not. */
async function isBeingWritten(state: string, lockDirectory: string): Promise<boolean> {
  const locks = existsSync(lockDirectory) ? await readdir(lockDirectory) : [];
  if (locks.length === 0) return Date.now() - (await stat(state)).mtimeMs < writingTakesAtMostMs;
  const holders = await Promise.all(
    locks.map(async (lock) => JSON.parse(await readFile(join(lockDirectory, lock), "utf8")) as LockFile),
  );
  return holders.some(({ pid, hostname: host }) => host !== hostname() || isAlive(pid));
}

/** A lock in a backend of files (pulumi, backend/diy/lock.go). */
interface LockFile {
  readonly pid: number;
  readonly hostname: string;
}
