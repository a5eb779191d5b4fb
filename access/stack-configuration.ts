import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type ParsedNode } from "yaml";
import { ConfigurationError, isEncrypted, listed, meshKey, nearest, pathBelow, type Problem } from "../topology";
import { describeFileError, errorCode } from "./file-problem";
import { asMapping, asText, below } from "./mapping";
import { contentOf, describeYamlFailure, readYaml } from "./yaml";

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
    throw new ConfigurationError([await unreadable(file, directory, error)]);
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
  const directory = resolve(projectDirectory, await configurationDirectory(projectDirectory));
  try {
    const read = readYaml(await readFile(join(directory, stackFile(stack)), "utf8"));
    return "content" in read ? asText(below(read.content, "secretsprovider")) : undefined;
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

/** Pulumi.yaml may put the stacks' files elsewhere. */
async function configurationDirectory(projectDirectory: string): Promise<string> {
  try {
    const project = readYaml(await readFile(join(projectDirectory, "Pulumi.yaml"), "utf8"));
    return ("content" in project ? asText(below(project.content, "stackConfigDir")) : undefined) ?? ".";
  } catch (error) {
    if (errorCode(error) === "ENOENT") return ".";
    throw error;
  }
}

async function unreadable(file: string, directory: string, error: unknown): Promise<Problem> {
  const stacks = await stackNames(directory);
  const has = stacks.length === 0 ? "" : ` There are the stacks ${listed(stacks)}.`;
  const meant = nearest(file.slice("Pulumi.".length, -".yaml".length), stacks);
  const fix = meant === undefined ? "Create it, or name another stack." : `Did you mean the stack ${meant}?`;
  return { path: file, expected: "the stack's configuration", found: describeFileError(error), fix: fix + has };
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
  const lines = new LineCounter();
  const document = parseDocument(text, { uniqueKeys: false, logLevel: "silent", lineCounter: lines });
  const read = contentOf(document);
  if ("failure" in read) {
    throw new ConfigurationError([
      {
        path: file,
        expected: "YAML",
        found: `a mistake in ${describeYamlFailure(read.failure)}`,
        fix: "Mend the line; keys of one mapping begin in one column.",
      },
    ]);
  }
  const twice = duplicates(document.contents, [], lines, file);
  if (twice.length > 0) throw new ConfigurationError(twice);

  const content: unknown = read.content ?? {};
  if (asMapping(content) === undefined) {
    throw new ConfigurationError([
      {
        path: file,
        expected: "a mapping with the key config",
        found: "something else",
        fix: `Write \`config:\` and below it \`${meshKey}:\`.`,
      },
    ]);
  }
  const mesh = below(content, "config", meshKey);
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

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Keys that stand twice in one mapping. YAML forbids it, and of two clusters with one name only one could be meant. */
function duplicates(
  node: ParsedNode | null,
  keys: readonly (string | number)[],
  lines: LineCounter,
  file: string,
): Problem[] {
  if (isSeq(node)) return node.items.flatMap((item, index) => duplicates(item, [...keys, index], lines, file));
  if (!isMap(node)) return [];
  const firstLines = new Map<string, number>();
  return node.items.flatMap((pair) => {
    const name = isScalar(pair.key) ? String(pair.key.value) : undefined;
    if (name === undefined) return [];
    const path = [...keys, name];
    const line = lines.linePos(pair.key.range[0]).line;
    const firstLine = firstLines.get(name);
    const inner = duplicates(pair.value, path, lines, file);
    if (firstLine === undefined) {
      firstLines.set(name, line);
      return inner;
    }
    const isCluster = path.length === 4 && path[1] === meshKey && path[2] === "clusters";
    return [
      {
        path: readablePath(path, file),
        expected: isCluster ? "each cluster's name once" : "each key once",
        found: `\`${name}\` twice, in lines ${firstLine} and ${line} of ${file}`,
        fix: isCluster
          ? "Give one of the two clusters another name, or remove it."
          : "Remove one of the two, or join them.",
      },
      ...inner,
    ];
  });
}

/** A path in the mesh's configuration as problems write it; elsewhere in the file, the file and the keys. */
function readablePath(keys: readonly (string | number)[], file: string): string {
  return keys[0] === "config" && keys[1] === meshKey
    ? pathBelow(meshKey, keys.slice(2))
    : `${file}: ${pathBelow("", keys).replace(/^\./, "")}`;
}
