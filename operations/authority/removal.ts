import type { Dirent } from "node:fs";
import { readdir, rm, rmdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describeFileError } from "../../access/file-problem";
import { ConfigurationError } from "../../topology";
import { fileNames } from "./files";

const ours: readonly string[] = Object.values(fileNames);

/**
 * The files in a directory, and in those in it, that have the names of those that are made here. Links are not followed.
 * @throws ConfigurationError when it cannot be read.
 */
export async function madeFilesIn(directory: string): Promise<string[]> {
  const made = (entries: readonly Dirent[], place: string): string[] =>
    entries.filter((entry) => entry.isFile() && ours.includes(entry.name)).map(({ name }) => join(place, name));
  const entries = await entriesOf(directory);
  const inner = entries
    .filter((entry) => entry.isDirectory())
    .map(async ({ name }) => made(await entriesOf(join(directory, name)), join(directory, name)));
  return [...made(entries, directory), ...(await Promise.all(inner)).flat()];
}

/** Removes files that {@link madeFilesIn} a directory has, and the directories in it that are empty then. */
export async function removeMade(directory: string, files: readonly string[]): Promise<void> {
  for (const path of files) await rm(path);
  const places = new Set(files.map((path) => dirname(path)));
  for (const place of places) {
    if (place !== join(directory) && (await entriesOf(place)).length === 0) await rmdir(place);
  }
}

async function entriesOf(directory: string): Promise<Dirent[]> {
  try {
    return await readdir(directory, { withFileTypes: true });
  } catch (error) {
    throw new ConfigurationError([
      {
        path: directory,
        expected: "a directory with what `isthmus trust` made",
        found: describeFileError(error),
        fix: "Name another one.",
      },
    ]);
  }
}
