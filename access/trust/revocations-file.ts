import { mkdir, readFile, rm } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { ConfigurationError } from "../../topology";
import { describeFileError, errorCode } from "../file-problem";
import { replaceFile } from "../replaced-file";
import type { EditedFile } from "../stack-file-edit";

/** The file with revocation lists of a stack whose configuration names none yet. */
export function revocationsFileOf(stack: string): string {
  return `revocations.${stack}.pem`;
}

/** What such a file says; empty where it is not there. */
export async function revocationsIn(file: string, projectDirectory: string): Promise<string> {
  try {
    return await readFile(resolve(projectDirectory, file), "utf8");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return "";
    throw unreadable(file, error);
  }
}

/**
 * Writes revocation lists in place of those that are there. The file is at any moment the old one or the new one.
 * @throws ConfigurationError where it cannot be written.
 */
export async function writeRevocations(file: string, projectDirectory: string, pem: string): Promise<EditedFile> {
  const before = await revocationsIn(file, projectDirectory);
  const path = resolve(projectDirectory, file);
  await replace(path, file, pem);
  return {
    undo: async () => {
      if (before === "") await rm(path, { force: true });
      else await replace(path, file, before);
    },
  };
}

async function replace(path: string, file: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await replaceFile(path, text, 0o644);
  } catch (error) {
    throw unreadable(file, error);
  }
}

function unreadable(file: string, error: unknown): ConfigurationError {
  return new ConfigurationError([
    {
      path: file,
      expected: "a file with revocation lists that can be read and written",
      found: describeFileError(error),
      fix: "Give yourself the right to it, or name another file as isthmus:mesh.trust.revocations.",
    },
  ]);
}
