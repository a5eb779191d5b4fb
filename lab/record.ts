import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { labPaths, runDirectory } from "./paths";
import type { PlacedCluster } from "./plan";
import { writeWhole } from "./process";

/** What the lab remembers of itself, written before anything is made. */
export interface LabRecord {
  /** Changes when a lab that an earlier version made cannot be gone on with. */
  readonly format: number;
  readonly stack: string;
  /** Directories that have a link to the lab, or had one. */
  readonly projectDirectories: readonly string[];
  readonly clusters: readonly PlacedCluster[];
}

export const recordFormat = 2;

/** @returns undefined when there is no lab. */
export async function readLabRecord(state?: string): Promise<LabRecord | undefined> {
  try {
    return JSON.parse(await readFile(labPaths(state).record, "utf8")) as LabRecord;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

// With a dot, so that no cluster can have the name.
const stateFile = join(runDirectory, ".state-directory");

/** @returns the directory of the lab that stands, whatever `ISTHMUS_LAB_DIR` says now. */
export async function recordedState(): Promise<string | undefined> {
  return existsSync(stateFile) ? await readFile(stateFile, "utf8") : undefined;
}

export async function recordState(state: string): Promise<void> {
  await writeWhole(stateFile, state);
}

export async function writeLabRecord(record: LabRecord, state?: string): Promise<void> {
  await writeWhole(labPaths(state).record, `${JSON.stringify(record, undefined, 2)}\n`);
}
