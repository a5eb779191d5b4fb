import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Where something is tried that is to leave no trace. */
export interface Scratch {
  /** Only this user can read it, and it is gone afterwards. What is kept in it is encrypted as it would be elsewhere. */
  readonly directory: string;
  /** For what is encrypted by a service that knows nothing of what is tried. It is in no file. */
  readonly passphrase: string;
}

/**
 * Makes such a place for as long as something is done with it.
 * @param existing One that is there already. Default: one is made.
 */
export async function withScratch<T>(work: (scratch: Scratch) => Promise<T>, existing?: Scratch): Promise<T> {
  if (existing !== undefined) return work(existing);
  const directory = await mkdtemp(join(tmpdir(), "isthmus-scratch-"));
  try {
    return await work({ directory, passphrase: randomBytes(24).toString("base64url") });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** A new directory in it, for one stack. */
export async function roomIn({ directory }: Scratch): Promise<string> {
  return mkdtemp(join(directory, "room-"));
}
