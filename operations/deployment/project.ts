import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { extname, join, resolve } from "node:path";
import { stringify } from "yaml";
import { meshKey, type MeshConfig } from "../../topology";

/** The variable by which the program learns where relative paths start, when that is not where Pulumi.yaml is. */
export const projectDirectoryVariable = "ISTHMUS_PROJECT_DIRECTORY";

/** A mesh that is configured by the program that embeds it. */
export interface EmbeddedProject {
  readonly projectName: string;
  readonly stack: string;
  readonly configuration: MeshConfig;
  /** By their keys, without the namespace. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** A file of a project, by its name. */
export type ProjectFiles = Readonly<Record<string, string>>;

/**
 * The files of a Pulumi project that runs our own program. The program runs as a process of its own, as in any project: an
 * inline program of the Automation API would share the embedding process, whose exit code the program sets when a cluster
 * could not be reached, whose `Error` it patches while it makes resources, and whose memory 160 clusters fill with 900
 * MiB; and the Node.js SDK keeps the state of a run in the process, so that a promise of one mesh that is left over may
 * end in another. Pure.
 * @param program Path of the program, `index.ts` in a checkout and `index.js` in the package.
 */
function projectFiles(
  { projectName, stack, configuration }: Omit<EmbeddedProject, "secrets">,
  program: string,
): ProjectFiles {
  const isSource = extname(program) === ".ts";
  const project = {
    name: projectName,
    runtime: { name: "nodejs", options: { typescript: false, ...(isSource ? { nodeargs: "--require tsx/cjs" } : {}) } },
    // Pulumi runs a program where it lies, and there it finds its packages.
    main: program,
  };
  return {
    "Pulumi.yaml": stringify(project),
    [`Pulumi.${stack.split("/").at(-1) ?? stack}.yaml`]: stringify({ config: { [meshKey]: configuration } }),
  };
}

/** The program of this installation. */
function ownProgram(): string {
  return resolve(__dirname, "..", "..", `index${extname(__filename)}`);
}

/**
 * Makes a directory with such a project for as long as something is done with it. It holds no secret in the
 * clear: the configuration has none, and Pulumi adds the salt of a passphrase, or a key that another key encrypts.
 */
export async function withProject<T>(
  project: Omit<EmbeddedProject, "secrets">,
  action: (workDirectory: string) => Promise<T>,
): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), "isthmus-"));
  try {
    for (const [name, text] of Object.entries(projectFiles(project, ownProgram()))) {
      await writeFile(join(directory, name), text, { mode: 0o600 });
    }
    return await action(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
