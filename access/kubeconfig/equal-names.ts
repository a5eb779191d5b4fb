import { listed } from "../../topology";
import { asText, sorted, type Mapping } from "../mapping";
import type { Kubeconfig, KubeconfigEntry, KubeconfigFailure } from "./kubeconfig";

/** Keys whose values are paths, which mean another file in another directory. */
const fileKeys = ["certificate-authority", "client-certificate", "client-key", "tokenFile"];

/**
 * Whether several files have a context, or what it refers to, under one name and with another meaning. kubectl takes the
 * first without a word, and so reaches one cluster with another's credentials. What is equal in all files is no matter.
 * @param kubeconfigPath Where the configuration names a cluster's kubeconfig file. Pure.
 */
export function equalNames(file: Kubeconfig, name: string, kubeconfigPath: string): KubeconfigFailure | undefined {
  const context = file.contexts.get(name);
  if (context === undefined) return undefined;
  const problem = (kind: string, what: string, entry: KubeconfigEntry): KubeconfigFailure => ({
    expected: `one ${kind} ${JSON.stringify(what)} in ${file.source}`,
    found: `different ones in ${listed([entry, ...entry.passedOver].map(({ shown }) => shown))}`,
    fix: `Name the file that is meant as ${kubeconfigPath}, or rename one of them.`,
  });
  const meanings = [context, ...context.passedOver].map((one) => meaningIn(file, one));
  const [first, ...others] = meanings;
  if (others.some(({ cluster, user }) => !same(cluster, first?.cluster) || !same(user, first?.user))) {
    return problem("context", name, context);
  }
  for (const kind of ["cluster", "user"] as const) {
    const named = asText(context.content[kind]) ?? "";
    const taken = file[`${kind}s`].get(named);
    if (taken === undefined) continue;
    const all = [taken, ...taken.passedOver];
    // The context's own file has it, or nobody says which is meant.
    const meant = all.some(({ shown }) => shown === context.shown) ? [first?.[kind]] : all;
    if (!meant.every((one) => same(one, taken))) return problem(kind, named, taken);
  }
  return undefined;
}

/** What a context refers to where its own file counts first. */
function meaningIn(
  file: Kubeconfig,
  { content, shown }: KubeconfigEntry,
): Readonly<Record<"cluster" | "user", KubeconfigEntry | undefined>> {
  const own = (entry: KubeconfigEntry | undefined): KubeconfigEntry | undefined =>
    entry && ([entry, ...entry.passedOver].find((one) => one.shown === shown) ?? entry);
  return {
    cluster: own(file.clusters.get(asText(content["cluster"]) ?? "")),
    user: own(file.users.get(asText(content["user"]) ?? "")),
  };
}

function same(one: KubeconfigEntry | undefined, other: KubeconfigEntry | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  const isPlaced = one.directory === other.directory || !hasFiles(one.content);
  return isPlaced && JSON.stringify(sorted(one.content)) === JSON.stringify(sorted(other.content));
}

function hasFiles(content: Mapping): boolean {
  return fileKeys.some((key) => asText(content[key]) !== undefined);
}
