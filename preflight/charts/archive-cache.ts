import { createHash, randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { errorCode } from "../../access/file-problem";
import type { Environment } from "../../access/kubeconfig/kubeconfig-file";

/** Downloaded archives by their SHA-256 in hexadecimal, so that a second preview does not download them again. */
export class ArchiveCache {
  readonly #folder: string | undefined;

  /**
   * In `$ISTHMUS_CACHE`, else `$XDG_CACHE_HOME/isthmus`, else `~/.cache/isthmus`: there in the folder `charts`. An
   * environment with none of them has no cache.
   */
  constructor(environment: Environment) {
    const base = cacheFolder(environment);
    this.#folder = base === undefined ? undefined : join(base, "charts");
  }

  /** The archive with this digest; undefined where it is not there, or damaged. */
  async find(digest: string): Promise<Buffer | undefined> {
    if (this.#folder === undefined || !isDigest(digest)) return undefined;
    try {
      const archive = await readFile(join(this.#folder, `${digest}.tgz`));
      return digestOf(archive) === digest ? archive : undefined;
    } catch (error) {
      if (errorCode(error) === undefined) throw error;
      return undefined;
    }
  }

  /** Keeps an archive. Where that fails it is only downloaded again: a full disk is no reason to stop here. */
  async keep(archive: Buffer): Promise<void> {
    if (this.#folder === undefined) return;
    const file = join(this.#folder, `${digestOf(archive)}.tgz`);
    const unfinished = `${file}.${randomUUID()}`;
    try {
      await mkdir(this.#folder, { recursive: true });
      await writeFile(unfinished, archive);
      // Another preview may be at it: what stands under the name is always whole.
      await rename(unfinished, file);
    } catch (error) {
      if (errorCode(error) === undefined) throw error;
      await rm(unfinished, { force: true }).catch(() => undefined);
    }
  }
}

function cacheFolder(environment: Environment): string | undefined {
  const set = (name: string): string | undefined => environment[name] || undefined;
  const own = set("ISTHMUS_CACHE");
  if (own !== undefined) return own;
  const home = set("HOME") ?? set("USERPROFILE");
  const caches = set("XDG_CACHE_HOME") ?? (home === undefined ? undefined : join(home, ".cache"));
  return caches === undefined ? undefined : join(caches, "isthmus");
}

/** The SHA-256 of an archive, in hexadecimal. */
export function digestOf(archive: Buffer): string {
  return createHash("sha256").update(archive).digest("hex");
}

/** Whether a text is a SHA-256 in hexadecimal: it becomes a file's name. */
export function isDigest(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}
