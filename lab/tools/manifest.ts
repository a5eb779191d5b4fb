import { lstatSync, readFileSync, statSync } from "node:fs";
import { readdir, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";

/** What a complete group consists of. Written last, so a group without it is none. */
interface Manifest {
  /** Size in bytes of every regular file and symbolic link, by its path in the group. */
  readonly sizes: Readonly<Record<string, number>>;
  /** Files elsewhere: path to size and time of the last change. */
  readonly external: Readonly<Record<string, string>>;
}

const manifestName = ".manifest.json";

/** Records the files below a directory. */
export async function writeManifest(directory: string, external: readonly string[]): Promise<void> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const sizes: Record<string, number> = {};
  for (const entry of entries) {
    if (entry.isDirectory()) continue;
    const path = join(entry.parentPath, entry.name);
    sizes[relative(directory, path)] = lstatSync(path).size;
  }
  const manifest: Manifest = {
    sizes,
    external: Object.fromEntries(external.map((path) => [path, externalState(path) ?? "missing"])),
  };
  await writeFile(join(directory, manifestName), JSON.stringify(manifest, undefined, 1));
}

/** @returns whether every file that the manifest names is there in its size. */
export function isIntact(directory: string): boolean {
  const manifest = readManifest(join(directory, manifestName));
  if (manifest === undefined) return false;
  const own = Object.entries(manifest.sizes).every(([path, size]) => sizeOf(join(directory, path)) === size);
  return own && Object.entries(manifest.external).every(([path, state]) => externalState(path) === state);
}

/** @returns the size of a file or link itself, undefined when there is none. */
function sizeOf(path: string): number | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.size;
  } catch (error) {
    // A file stands where a directory should.
    if ((error as NodeJS.ErrnoException).code === "ENOTDIR") return undefined;
    throw error;
  }
}

function externalState(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? undefined : `${found.size} ${found.mtimeMs}`;
}

/** A manifest that is missing or was cut off counts as none: the group is built again. */
function readManifest(path: string): Manifest | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  try {
    return JSON.parse(text) as Manifest;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
