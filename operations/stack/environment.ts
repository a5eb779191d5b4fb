import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import { emptyPassphrases, passphraseVariables } from "../../engine/passphrase";
import type { Variables } from "../../engine/variables";
import { sitesOf, type MeshPlan } from "../../topology";

/** The directory, relative to the project, that the lab's stack files name. */
const labDirectory = ".lab";

/** Whether a stack's clusters are those of the lab: its kubeconfig is the one that the lab writes. */
export function runsOnLab(plan: MeshPlan): boolean {
  return sitesOf(plan).every(
    ({ access }) => access.source === "file" && (access.kubeconfig?.startsWith(`${labDirectory}/`) ?? false),
  );
}

/** Variables that the lab's exports extend instead of setting: both parts count. */
const extended = ["PATH", "NO_PROXY", "no_proxy"];

/** What a shell sets by itself. */
const ofShell = ["PWD", "OLDPWD", "SHLVL", "_"];

/**
 * The variables that Pulumi gets beside the process's own. For a stack on the lab, what `.lab/env` exports and the user
 * has not set. For every stack the Node.js that this command runs on comes early on the PATH, so that the program runs
 * on the same one.
 * @param userVariables The process's environment.
 */
export async function stackEnvironment(
  plan: MeshPlan,
  projectDirectory: string,
  userVariables: NodeJS.ProcessEnv = process.env,
): Promise<Variables> {
  const withNode = { ...userVariables, PATH: [dirname(process.execPath), userVariables["PATH"] ?? ""].join(delimiter) };
  const file = join(projectDirectory, labDirectory, "env");
  if (!runsOnLab(plan) || !existsSync(file)) return { PATH: withNode.PATH };
  return defaultsFor(await sourced(file, withNode), withNode);
}

/** Those of the exported variables that are to be used: what the user has not set, and what is extended. Pure. */
export function defaultsFor(exported: Variables, userVariables: NodeJS.ProcessEnv): Variables {
  const passphrases: readonly string[] = passphraseVariables;
  const empty: readonly string[] = emptyPassphrases(userVariables);
  // Either of them says how the stack's secrets are encrypted: who sets one must not be given the other.
  const isSet = (name: string): boolean =>
    (passphrases.includes(name) ? passphrases : [name]).some(
      (one) => userVariables[one] !== undefined && !empty.includes(one),
    );
  return Object.fromEntries(
    Object.entries(exported).filter(([name]) => !ofShell.includes(name) && (extended.includes(name) || !isSet(name))),
  );
}

/** The environment after a file of exports was read by a shell, as its reader would do. */
async function sourced(file: string, variables: NodeJS.ProcessEnv): Promise<Variables> {
  const { stdout } = await promisify(execFile)("sh", ["-c", '. "$1" && env -0', "sh", file], { env: variables });
  const entries = stdout.split("\0").filter((entry) => entry.includes("="));
  return Object.fromEntries(
    entries.map((entry) => [entry.slice(0, entry.indexOf("=")), entry.slice(entry.indexOf("=") + 1)]),
  );
}
