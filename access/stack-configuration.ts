import { access, readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { ConfigurationError, isEncrypted, listed, meshKey, nearest, pathBelow, type Problem } from "../topology";
import { describeFileError, errorCode } from "./file-problem";
import { asMapping, asText, below } from "./mapping";
import { readStackFile, yamlProblem } from "./stack-file";
import { readYaml } from "./yaml";

/**
 * Reads what a stack's file has under `isthmus:mesh`, without Pulumi's engine. The result is what the user wrote, to be
 * given to `parseMesh`; undefined when there is nothing.
 * @param stack The stack's name; of `organization/project/stack` only the last part names the file.
 * @throws ConfigurationError
 */
export async function loadStackConfiguration(projectDirectory: string, stack: string): Promise<unknown> {
  const directory = resolve(projectDirectory, await configurationDirectory(projectDirectory));
  const file = stackFile(stack);
  let text: string;
  try {
    text = await readFile(join(directory, file), "utf8");
  } catch (error) {
    throw new ConfigurationError([await unreadable(file, directory, error, projectDirectory)]);
  }
  return parseStackConfiguration(text, file);
}

/**
 * By what a stack's file says that its secrets are encrypted: `awskms://…`; undefined where it says nothing, or there is no
 * file that can be read. `pulumi stack init` does not look there: without being told it takes a passphrase, and takes the
 * line out of the file.
 * @param stack As {@link loadStackConfiguration} takes it.
 */
export async function loadSecretsProvider(projectDirectory: string, stack: string): Promise<string | undefined> {
  return asText(await settingOf(projectDirectory, stack, "secretsprovider"));
}

/**
 * Whether a stack takes configuration from environments that Pulumi Cloud keeps (ESC), beside its file's: only Pulumi can
 * say then what its configuration is. False where there is no file that can be read.
 * @param stack As {@link loadStackConfiguration} takes it.
 */
export async function importsEnvironments(projectDirectory: string, stack: string): Promise<boolean> {
  return (await settingOf(projectDirectory, stack, "environment")) !== undefined;
}

/** What a stack's file says of itself under a key; undefined where it says nothing, or is not there, or is no YAML. */
async function settingOf(projectDirectory: string, stack: string, key: string): Promise<unknown> {
  const directory = resolve(projectDirectory, await configurationDirectory(projectDirectory));
  try {
    const read = readYaml(await readFile(join(directory, stackFile(stack)), "utf8"));
    return "content" in read ? below(read.content, key) : undefined;
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** A stack's own name: the last part of `organization/project/stack`. */
export function stackName(stack: string): string {
  return stack.split("/").at(-1) ?? stack;
}

/** Name of the file with a stack's configuration. */
export function stackFile(stack: string): string {
  return `Pulumi.${stackName(stack)}.yaml`;
}

/** Path of the file with a stack's configuration, whether it is there or not. */
export async function stackConfigurationPath(projectDirectory: string, stack: string): Promise<string> {
  return join(resolve(projectDirectory, await configurationDirectory(projectDirectory)), stackFile(stack));
}

/**
 * Pulumi.yaml may put the stacks' files elsewhere.
 * @throws ConfigurationError where it is no YAML, of which every command of Pulumi's would complain later.
 */
async function configurationDirectory(projectDirectory: string): Promise<string> {
  try {
    const project = readYaml(await readFile(join(projectDirectory, "Pulumi.yaml"), "utf8"));
    if ("content" in project) return asText(below(project.content, "stackConfigDir")) ?? ".";
    throw new ConfigurationError([yamlProblem("Pulumi.yaml", project.failure)]);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return ".";
    throw error;
  }
}

async function unreadable(file: string, directory: string, error: unknown, projectDirectory: string): Promise<Problem> {
  const found = describeFileError(error);
  const problem = { path: file, expected: "the stack's configuration", found };
  if (errorCode(error) !== "ENOENT") return { ...problem, fix: "Have a file there that this user may read." };
  const other = file.replace(/\.yaml$/, ".yml");
  const [isOther, isProject, isOtherProject] = await Promise.all(
    [join(directory, other), ...projectFiles(projectDirectory)].map(isThere),
  );
  if (isOther) return { ...problem, fix: `Rename ${other}, which Isthmus does not read, to ${file}.` };
  const stacks = await stackNames(directory);
  if (!isProject && isOtherProject) {
    const fix = "Rename Pulumi.yml, which Isthmus does not read, to Pulumi.yaml, and the stacks' files likewise.";
    return { ...problem, fix };
  }
  if (!isProject && stacks.length === 0) {
    const fix = "Go to the project's directory or below it: there is no Pulumi.yaml, neither here nor above.";
    return { ...problem, fix };
  }
  const meant = nearest(file.slice("Pulumi.".length, -".yaml".length), stacks);
  const create = `Create it, or name another stack with \`--stack\`; without, it is ${defaultStack}, or ISTHMUS_STACK's.`;
  const has = stacks.length === 0 ? "" : ` There are the stacks ${listed(stacks)}.`;
  return { ...problem, fix: (meant === undefined ? create : `Did you mean the stack ${meant}?`) + has };
}

/** The stack that the command line takes where none is named. */
const defaultStack = "dev";

function projectFiles(directory: string): string[] {
  return ["Pulumi.yaml", "Pulumi.yml"].map((name) => join(directory, name));
}

async function isThere(file: string): Promise<boolean> {
  try {
    await access(file);
    return true;
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return false;
  }
}

async function stackNames(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).flatMap((name) => /^Pulumi\.(.+)\.yaml$/.exec(name)?.[1] ?? []).sort();
  } catch (error) {
    if (errorCode(error) === "ENOENT") return [];
    throw error;
  }
}

/**
 * The mesh's configuration in the text of a stack's file.
 * @param file The file's name, for problems that have no path in the configuration.
 * @throws ConfigurationError, with line numbers for what only the text shows, such as a key that stands there twice.
 */
export function parseStackConfiguration(text: string, file: string): unknown {
  const content = readStackFile(text, file);
  const config = below(content, "config");
  const mesh = below(config, meshKey);
  if (mesh === undefined) throwOn(misspeltKey(config, file));
  if (isEncrypted(mesh)) {
    throw new ConfigurationError([
      {
        path: meshKey,
        expected: "a mapping in plain text",
        found: "an encrypted value",
        fix: "Set it without --secret: it holds no secret, only names of files that do.",
      },
    ]);
  }
  // `pulumi config set isthmus:mesh '{…}'` writes JSON in a string, and Pulumi reads it so.
  return typeof mesh === "string" ? parseJson(mesh) : mesh;
}

/** A key that is probably to be the mesh's: what stands there would be passed over. */
function misspeltKey(config: unknown, file: string): readonly Problem[] {
  const [space = "", key = ""] = meshKey.split(":");
  const meant = Object.keys(asMapping(config) ?? {}).find((name) => {
    const parts = name.split(":");
    const isSpace = parts.length === 1 || (parts.length === 2 && nearest(parts[0] ?? "", [space]) !== undefined);
    return isSpace && nearest(parts.at(-1) ?? "", [key]) !== undefined;
  });
  if (meant === undefined) return [];
  return [
    {
      path: `${file}: ${pathBelow("config", [meant])}`,
      expected: `the key ${meshKey}`,
      found: "an unknown key",
      fix: `Did you mean \`${meshKey}\`?`,
    },
  ];
}

function throwOn(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new ConfigurationError(problems);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
