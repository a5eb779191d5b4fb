import { isAbsolute, join } from "node:path";
import { asMapping, asText, type Mapping } from "../mapping";
import { describeYamlFailure, readYaml } from "../yaml";

/** A context, cluster or user of a kubeconfig, with the directory that its relative paths start from. */
export interface KubeconfigEntry {
  readonly content: Mapping;
  readonly directory: string;
  /** Where it stands, as a reader knows it: the path of a file. */
  readonly shown: string;
  /** Entries of its name in files that come later, which kubectl passes over without a word. */
  readonly passedOver: readonly KubeconfigEntry[];
}

/** A kubeconfig, or several merged as kubectl merges them: the first that has a name wins. */
export interface Kubeconfig {
  /** What was read, as a reader knows it: the path that was named, `KUBECONFIG`, the key of a secret. */
  readonly source: string;
  readonly contexts: ReadonlyMap<string, KubeconfigEntry>;
  readonly clusters: ReadonlyMap<string, KubeconfigEntry>;
  readonly users: ReadonlyMap<string, KubeconfigEntry>;
  readonly currentContext?: string;
}

/** Why a kubeconfig could not be read: the `expected`, `found` and `fix` of a problem. */
export interface KubeconfigFailure {
  readonly expected: string;
  readonly found: string;
  readonly fix: string;
}

export function isFailure(result: Kubeconfig | KubeconfigFailure): result is KubeconfigFailure {
  return "fix" in result;
}

/** Where a kubeconfig came from, for speaking of it. */
export interface Origin {
  /** What it is: `a kubeconfig file`. */
  readonly what: string;
  /** Which one: the path of a file. */
  readonly shown: string;
  /** What to do about one that has a mistake, */
  readonly mend: string;
  /** and about one that is something else. */
  readonly replace: string;
  /** Where its relative paths start. */
  readonly directory: string;
}

type Entries = Map<string, KubeconfigEntry & { readonly passedOver: KubeconfigEntry[] }>;

/** Kubeconfigs are added to it one after the other. */
export class Merged implements Kubeconfig {
  readonly contexts: Entries = new Map();
  readonly clusters: Entries = new Map();
  readonly users: Entries = new Map();
  currentContext?: string;

  constructor(readonly source: string) {}

  /** Adds the entries of one kubeconfig. Its text never enters a message: it holds credentials. */
  addText(text: string, origin: Origin): KubeconfigFailure | undefined {
    const read = readYaml(text);
    if ("failure" in read) {
      return {
        expected: `${origin.what} in YAML or JSON`,
        found: `${origin.shown}, which is neither: ${describeYamlFailure(read.failure)}`,
        fix: origin.mend,
      };
    }
    // An empty file is an empty kubeconfig to kubectl too.
    return this.add(read.content ?? {}, origin);
  }

  /** Adds the entries of one kubeconfig that was parsed. */
  add(content: unknown, origin: Origin): KubeconfigFailure | undefined {
    const config = asMapping(content);
    const { what, shown } = origin;
    if (config === undefined) {
      return { expected: what, found: `${shown}, which holds no mapping`, fix: origin.replace };
    }
    const current = asText(config["current-context"]);
    if (current !== undefined) this.currentContext ??= current;
    return (
      addEntries(this.contexts, config["contexts"], "context", origin) ??
      addEntries(this.clusters, config["clusters"], "cluster", origin) ??
      addEntries(this.users, config["users"], "user", origin)
    );
  }
}

function addEntries(
  into: Entries,
  list: unknown,
  kind: "context" | "cluster" | "user",
  { what, shown, mend, directory }: Origin,
): KubeconfigFailure | undefined {
  if (list === undefined || list === null) return undefined;
  if (!Array.isArray(list)) return { expected: what, found: `${shown}, whose \`${kind}s\` is no list`, fix: mend };
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
    const added = { content: asMapping(entry[kind]) ?? {}, directory, shown, passedOver: [] };
    const first = into.get(name);
    if (first === undefined) into.set(name, added);
    else first.passedOver.push(added);
  }
  return undefined;
}

/** A path in a kubeconfig is relative to the file that it stands in. */
export function fromDirectory(path: string, directory: string): string {
  return isAbsolute(path) ? path : join(directory, path);
}
