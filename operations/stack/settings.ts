import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { loadSecretsProvider, stackConfigurationPath, stackFile, stackName } from "../../access";
import { emptyPassphrases, passphraseVariables } from "../../engine/passphrase";
import { withScratch } from "./scratch";
import type { StackOptions } from "./stack-options";
import { openWorkspace, selectStack, variablesOf } from "./workspace";

/** Text of the file with the configuration of a stack, and with how its secrets are encrypted; empty where there is none. */
export async function settingsOf(options: StackOptions): Promise<string> {
  return textOf(await settingsPath(options));
}

async function settingsPath(options: StackOptions): Promise<string> {
  const { configFile, projectDirectory, stack, workDirectory = projectDirectory } = options;
  return configFile ?? stackConfigurationPath(workDirectory, stack);
}

/** Writes what a stack's file has to another place, where Pulumi may change it as it likes. */
export async function copySettings(options: StackOptions, directory: string): Promise<string> {
  const copy = join(directory, stackFile(stackName(options.stack)));
  await writeFile(copy, withSalt(await settingsOf(options), await missingSalt(options)), {
    mode: 0o600,
  });
  return copy;
}

/**
 * Does something with a stack whose file may lack the salt of its passphrase, since nobody has committed that line. Pulumi
 * would then write down another one, of whatever passphrase it is given, and refuse the right one from then on. The state
 * knows the right one: it goes by a copy of the file that has it, and the line is written where that went well.
 */
export async function withOwnSalt<T>(options: StackOptions, work: (options: StackOptions) => Promise<T>): Promise<T> {
  const salt = await missingSalt(options);
  if (salt === undefined) return work(options);
  return withScratch(async ({ directory }) => {
    const result = await work({ ...options, configFile: await copySettings(options, directory) });
    const file = await settingsPath(options);
    const text = await textOf(file);
    // Another update of a stack that shares the file may have written it meanwhile.
    if (text !== "" && saltIn(text) === undefined) await writeFile(file, withSalt(text, salt));
    return result;
  });
}

/** The salt that a stack's state has and its file has not; undefined where the file does, or needs none. */
async function missingSalt(options: StackOptions): Promise<string | undefined> {
  const { projectDirectory, stack, workDirectory = projectDirectory } = options;
  if (saltIn(await settingsOf(options)) !== undefined) return undefined;
  const provider = options.secretsProvider ?? (await loadSecretsProvider(workDirectory, stack)) ?? "default";
  const variables = await variablesOf(options);
  const empty: readonly string[] = emptyPassphrases(variables);
  const isGiven = passphraseVariables.some((name) => variables[name] !== undefined && !empty.includes(name));
  if (!["default", "passphrase"].includes(provider) || !isGiven) return undefined;
  if ((await selectStack(options)) === undefined) return undefined;
  const { deployment } = await (await openWorkspace(options)).exportSealed(stack);
  const { type, state } = deployment.secrets_providers ?? {};
  return type === "passphrase" ? state?.salt : undefined;
}

const saltLine = /^encryptionsalt:\s*(\S+)/m;

/** The salt in the text of a stack's file. Pure. */
export function saltIn(text: string): string | undefined {
  return saltLine.exec(text)?.[1];
}

function withSalt(text: string, salt: string | undefined): string {
  if (salt === undefined) return text;
  return `${text}${text === "" || text.endsWith("\n") ? "" : "\n"}encryptionsalt: ${salt}\n`;
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}
