import { readdir, readFile, stat } from "node:fs/promises";
import { extname, join, resolve } from "node:path";
import {
  ConfigurationError,
  parseMeshWithFiles,
  servicesFilesIn,
  type Mesh,
  type Problem,
  type ServicesFile,
  type ServicesFiles,
} from "../topology";
import { describeFileError } from "./file-problem";
import { readOneDocument } from "./stack-file";

/**
 * Reads what the user wrote under `isthmus:mesh`, and the files with global services that it names.
 * @param projectDirectory Directory that the configuration's relative paths start from.
 * @throws ConfigurationError with every problem at once.
 */
export async function readMesh(configuration: unknown, projectDirectory: string): Promise<Mesh> {
  return parseMeshWithFiles(configuration, await readServicesFiles(servicesFilesIn(configuration), projectDirectory));
}

async function readServicesFiles(named: readonly string[], projectDirectory: string): Promise<ServicesFiles> {
  const files = new Map<string, ServicesFile>();
  const problems: Problem[] = [];
  const attempt = async (path: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      problems.push(...(error instanceof ConfigurationError ? error.problems : [unreadable(path, error)]));
    }
  };
  for (const path of named) {
    await attempt(path, async () => {
      for (const file of await filesAt(path, projectDirectory)) {
        const absolute = resolve(projectDirectory, file);
        // Named once more, by its directory.
        if (files.has(absolute)) continue;
        await attempt(file, async () => {
          files.set(absolute, { file, content: readOneDocument(await readFile(absolute, "utf8"), file).content });
        });
      }
    });
  }
  return { files: [...files.values()], problems };
}

const endings: readonly string[] = [".yaml", ".yml"];

/** The file itself; of a directory those that are YAML by their names, sorted, so that every machine reads them alike. */
async function filesAt(path: string, projectDirectory: string): Promise<readonly string[]> {
  const found = resolve(projectDirectory, path);
  if (!(await stat(found)).isDirectory()) return [path];
  const names = (await readdir(found)).filter((name) => endings.includes(extname(name)));
  if (names.length > 0) return names.sort().map((name) => join(path, name));
  throw new ConfigurationError([
    {
      path,
      expected: "a directory with files whose names end in `.yaml`",
      found: "none of these in it",
      fix: "Put the files with global services there, or take it out of isthmus:mesh.globalServices.files.",
    },
  ]);
}

function unreadable(path: string, error: unknown): Problem {
  return {
    path,
    expected: "a file with global services, or a directory of these",
    found: describeFileError(error),
    fix: path.includes("*")
      ? "Name the directory in isthmus:mesh.globalServices.files: all its files count whose names end in `.yaml`."
      : "Mend isthmus:mesh.globalServices.files, whose paths start from the project's directory.",
  };
}
