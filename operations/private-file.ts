import { access, constants, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { errorCode } from "../access/file-problem";
import { replaceFile } from "../access/replaced-file";
import { ConfigurationError } from "../topology";

/** For its owner's eyes: there are names of clusters and pods in it. */
const privateMode = 0o600;

/**
 * Writes a file for its owner alone. At any moment it is the former file or the whole new one.
 * @param what It is: `bundle`.
 * @throws ConfigurationError where it cannot be written.
 */
export async function writePrivateFile(path: string, content: string | Uint8Array, what: string): Promise<void> {
  await refusing(path, what, () => replaceFile(path, content, privateMode));
}

/**
 * Sees beforehand whether {@link writePrivateFile} finds a place, for what takes its time until then.
 * @throws ConfigurationError where it does not.
 */
export async function ensurePlace(path: string, what: string): Promise<void> {
  await refusing(path, what, async () => {
    await access(dirname(path), constants.W_OK);
    const there = await stat(path).catch(() => undefined);
    if (there?.isDirectory() === true) throw Object.assign(new Error("a directory"), { code: "EISDIR" });
  });
}

async function refusing(path: string, what: string, action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    const found = errorCode(error);
    if (found === undefined) throw error;
    throw new ConfigurationError([
      {
        path,
        expected: `a place where the ${what} can be written`,
        found: `one where it cannot (${found})`,
        fix: "Name a file in a directory that is there and may be written to.",
      },
    ]);
  }
}
