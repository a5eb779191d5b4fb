import { readFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import type { MeshPlan } from "../../topology";

/** Variables of one process. */
export type Variables = Readonly<Record<string, string>>;

/** Either of these says how the stack's secrets are encrypted: who sets one must not be given the other. */
const passphraseVariables = ["PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"];

/** The directory, relative to the project, that the lab's stack files name. */
const labDirectory = ".lab";

/** Whether a stack's clusters are those of the lab: its kubeconfig is the one that the lab writes. */
export function runsOnLab(plan: MeshPlan): boolean {
  return plan.clusters.every((cluster) => cluster.access.kubeconfig?.startsWith(`${labDirectory}/`) ?? false);
}

/**
 * The variables that Pulumi gets beside the process's own. For a stack on the lab, what `.lab/env` exports and the user
 * has not set; for others nothing but the Node.js that this command runs on, first on the PATH, so that the program
 * runs on the same one.
 * @param userVariables The process's environment.
 */
export async function stackEnvironment(
  plan: MeshPlan,
  projectDirectory: string,
  userVariables: NodeJS.ProcessEnv = process.env,
): Promise<Variables> {
  const node = dirname(process.execPath);
  const userPath = userVariables["PATH"] ?? "";
  if (!runsOnLab(plan)) return { PATH: [node, userPath].join(delimiter) };
  const directory = join(projectDirectory, labDirectory);
  const exported = parseExports(await readIfThere(join(directory, "env")));
  return {
    ...defaultsFor(exported, userVariables),
    PATH: [join(directory, "bin"), node, userPath].join(delimiter),
  };
}

/** Those of the exported variables that the user has not set. Pure. */
export function defaultsFor(exported: Variables, userVariables: NodeJS.ProcessEnv): Variables {
  const set = (name: string): boolean => userVariables[name] !== undefined;
  return Object.fromEntries(
    Object.entries(exported).filter(
      ([name]) => !(passphraseVariables.includes(name) ? passphraseVariables.some(set) : set(name)),
    ),
  );
}

/**
 * Reads lines such as `export NAME='value'`. Pure.
 * @param script Assignments alone; a value that refers to other variables, as PATH does, is left out.
 */
export function parseExports(script: string): Variables {
  const variables: Record<string, string> = {};
  for (const line of script.split("\n")) {
    const match = /^\s*(?:export\s+)?([A-Za-z_]\w*)=(?:'([^']*)'|"([^"]*)"|(\S*))\s*$/.exec(line);
    if (match === null) continue;
    const [, name = "", single, double, bare] = match;
    const value = single ?? double ?? bare ?? "";
    if (single === undefined && value.includes("$")) continue;
    variables[name] = value;
  }
  return variables;
}

async function readIfThere(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}
