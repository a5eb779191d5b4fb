import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { MeshConfig } from "../../topology";
import type { StackExport } from "./deployment";

/**
 * The passphrase of all recordings. It hides nothing: it is here so that a state is in the form in which people have it,
 * and that no scanner takes the keys in it, which sign for no cluster, for real ones.
 */
export const recordingPassphrase = "isthmus-recording";

/** The project and the stack that recordings are made and previewed in: a state names both. */
export const recordingStack = "bench";

/** The state of a stack that a release of ours left, with what it was made from. */
export interface Recording {
  /** The settings under `isthmus:mesh`. */
  readonly mesh: MeshConfig;
  /** The kubeconfig that they name: its clusters refuse every connection. */
  readonly kubeconfig: string;
  readonly state: StackExport;
}

/** Releases that have recordings. */
export function recordedVersions(): string[] {
  return readdirSync(__dirname, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

/** Stacks that a release has recordings of, by their names. */
export function recordedStacks(version: string): string[] {
  return readdirSync(join(__dirname, version))
    .map((file) => file.replace(/\.json$/, ""))
    .sort();
}

/** Where a recording is kept. */
export function recordingFile(version: string, stack: string): string {
  return join(__dirname, version, `${stack}.json`);
}

/** Reads a recording. */
export function readRecording(version: string, stack: string): Recording {
  return JSON.parse(readFileSync(recordingFile(version, stack), "utf8")) as Recording;
}
