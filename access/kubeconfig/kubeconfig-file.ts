import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, dirname, isAbsolute, join, resolve } from "node:path";
import { describeFileError, errorCode } from "../file-problem";
import { asMapping, asText, type Mapping } from "../mapping";
import { describeYamlFailure, readYaml } from "../yaml";

/** A context, cluster or user of a kubeconfig, with the directory that its relative paths start from. */
export interface KubeconfigEntry {
  readonly content: Mapping;
  readonly directory: string;
}

/** One or several kubeconfig files, merged as kubectl merges them: the first file that has a name wins. */
export interface Kubeconfig {
  /** What was read, as a reader knows it: the path that was named, or `KUBECONFIG`. */
  readonly source: string;
  readonly contexts: ReadonlyMap<string, KubeconfigEntry>;
  readonly clusters: ReadonlyMap<string, KubeconfigEntry>;
  readonly users: ReadonlyMap<string, KubeconfigEntry>;
}

/** Why a kubeconfig could not be read: the `expected`, `found` and `fix` of a problem. */
export interface KubeconfigFailure {
  readonly expected: string;
  readonly found: string;
  readonly fix: string;
}

/** The environment that kubectl looks at. */
export type Environment = Readonly<Partial<Record<string, string>>>;

/**
 * Reads the kubeconfig that a configuration names, else `KUBECONFIG` (a list of files, of which missing ones are passed
 * over), else `~/.kube/config`.
 */
export async function readKubeconfig(
  named: string | undefined,
  projectDirectory: string,
  environment: Environment,
): Promise<Kubeconfig | KubeconfigFailure> {
  const home = environment["HOME"] ?? homedir();
  if (named !== undefined) {
    const file = resolve(projectDirectory, named.startsWith("~/") ? join(home, named.slice(2)) : named);
    return mergeFiles(named, [file], "required");
  }
  const list = (environment["KUBECONFIG"] ?? "").split(delimiter).filter((file) => file !== "");
  if (list.length > 0) return mergeFiles("KUBECONFIG", [...new Set(list.map((file) => resolve(file)))], "optional");
  return mergeFiles("~/.kube/config", [join(home, ".kube", "config")], "required");
}

export function isFailure(result: Kubeconfig | KubeconfigFailure): result is KubeconfigFailure {
  return "fix" in result;
}

async function mergeFiles(
  source: string,
  files: readonly string[],
  presence: "required" | "optional",
): Promise<Kubeconfig | KubeconfigFailure> {
  const merged = {
    source,
    contexts: new Map<string, KubeconfigEntry>(),
    clusters: new Map<string, KubeconfigEntry>(),
    users: new Map<string, KubeconfigEntry>(),
  };
  for (const file of files) {
    const shown = presence === "required" ? source : file;
    let text: string;
    try {
      text = await readFile(file, "utf8");
    } catch (error) {
      if (presence === "optional" && errorCode(error) === "ENOENT") continue;
      return { expected: "a kubeconfig file", found: `${describeFileError(error)} at ${shown}`, fix: fileFix(source) };
    }
    const failure = mergeText(merged, text, dirname(file), shown);
    if (failure !== undefined) return failure;
  }
  return merged;
}

function fileFix(source: string): string {
  if (source === "~/.kube/config") return "Create it, or name a kubeconfig file here or in KUBECONFIG.";
  return "Create it, or name the file that has the clusters' contexts.";
}

type Entries = Map<string, KubeconfigEntry>;

/** Adds the entries of one file. A kubeconfig's text never enters a message: it holds credentials. */
function mergeText(
  into: { contexts: Entries; clusters: Entries; users: Entries },
  text: string,
  directory: string,
  shown: string,
): KubeconfigFailure | undefined {
  const read = readYaml(text);
  if ("failure" in read) {
    return {
      expected: "a kubeconfig file in YAML or JSON",
      found: `${shown}, which is neither: ${describeYamlFailure(read.failure)}`,
      fix: "Mend the file, or name another.",
    };
  }
  const { content } = read;
  // An empty file is an empty kubeconfig to kubectl too.
  const config = content === null ? {} : asMapping(content);
  if (config === undefined) {
    return { expected: "a kubeconfig file", found: `${shown}, which holds no mapping`, fix: "Name another file." };
  }
  for (const [kind, list, entries] of [
    ["context", config["contexts"], into.contexts],
    ["cluster", config["clusters"], into.clusters],
    ["user", config["users"], into.users],
  ] as const) {
    const failure = mergeEntries(entries, list, kind, directory, shown);
    if (failure !== undefined) return failure;
  }
  return undefined;
}

function mergeEntries(
  into: Entries,
  list: unknown,
  kind: "context" | "cluster" | "user",
  directory: string,
  shown: string,
): KubeconfigFailure | undefined {
  if (list === undefined || list === null) return undefined;
  if (!Array.isArray(list)) {
    return {
      expected: "a kubeconfig file",
      found: `${shown}, whose \`${kind}s\` is no list`,
      fix: "Mend the file, or name another.",
    };
  }
  const seen = new Set<string>();
  for (const item of list) {
    const entry = asMapping(item);
    const name = asText(entry?.["name"]);
    if (entry === undefined || name === undefined) continue;
    if (seen.has(name)) {
      return {
        expected: `each ${kind} once`,
        found: `the ${kind} ${JSON.stringify(name)} twice in ${shown}`,
        fix: "Remove one of the two.",
      };
    }
    seen.add(name);
    if (!into.has(name)) into.set(name, { content: asMapping(entry[kind]) ?? {}, directory });
  }
  return undefined;
}

/** A path in a kubeconfig is relative to the file that it stands in. */
export function fromDirectory(path: string, directory: string): string {
  return isAbsolute(path) ? path : join(directory, path);
}
