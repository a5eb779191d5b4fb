import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { errorCode } from "../../access/file-problem";
import { ConfigurationError } from "../../topology";
import { writeNewFiles, type MadeFile, type NewFile } from "./files";

/**
 * Writes the signing requests of a mesh's stack into a directory, a file for each cluster: `east.csr`. One that is there
 * already is left as it is.
 * @param requests PEM, by cluster, as the stack's outputs have them.
 * @throws ConfigurationError when there are none, or a file holds something else.
 */
export async function writeRequests(
  requests: Readonly<Record<string, string>>,
  directory: string,
): Promise<readonly MadeFile[]> {
  const files = Object.entries(requests)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([cluster, text]): NewFile => ({ file: requestFile(cluster, directory), text }));
  if (files.length === 0) throw new ConfigurationError([nothingToSign]);
  const isThere = await Promise.all(files.map(({ file, text }) => holds(file.path, text)));
  await writeNewFiles(files.filter((_file, index) => isThere[index] !== true));
  return files.map(({ file }) => file);
}

function requestFile(cluster: string, directory: string): MadeFile {
  return { path: join(directory, `${cluster}.csr`), holds: `signing request of ${cluster}`, isSecret: false };
}

async function holds(path: string, text: string): Promise<boolean> {
  try {
    return (await readFile(path, "utf8")) === text;
  } catch (error) {
    // Whatever else is there, writing it will say so.
    if (errorCode(error) !== undefined) return false;
    throw error;
  }
}

const nothingToSign = {
  path: "isthmus:mesh.trust",
  expected: "signing requests in the stack's outputs",
  found: "none",
  fix: "Set isthmus:mesh.trust.root to offline, or name another root in isthmus:mesh.trust.roots beside the stack's own, and run `isthmus up` first.",
};
