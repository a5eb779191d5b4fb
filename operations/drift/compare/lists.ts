/** How the entries of two lists belong to each other. Pure. */

import {
  core,
  isOfKinds,
  rbac,
  webhookConfigurations,
  workloads,
  type Kinds,
  type KubernetesObject,
} from "./object-kind";
import type { Path } from "./path";

/** Lists whose entries the API server tells apart by fields of theirs (k8s.io/api, `patchMergeKey` and `listMapKey`). */
interface KeyedList {
  readonly of: Kinds;
  /** The list's field. */
  readonly field: string;
  /** The fields that make the key, with what the API server puts where nothing is. */
  readonly keys: readonly { readonly name: string; readonly otherwise?: string }[];
  /** A field of an entry around it, where the same name means something else elsewhere. */
  readonly inside?: string;
}

const name = [{ name: "name" }];

const keyedLists: readonly KeyedList[] = [
  ...["containers", "initContainers", "env", "volumes", "imagePullSecrets"].map((field) => ({
    of: workloads,
    field,
    keys: name,
  })),
  { of: workloads, field: "volumeMounts", keys: [{ name: "mountPath" }] },
  { of: workloads, field: "ports", keys: [{ name: "containerPort" }, { name: "protocol", otherwise: "TCP" }] },
  { of: core("Service"), field: "ports", keys: [{ name: "port" }, { name: "protocol", otherwise: "TCP" }] },
  { of: core("ServiceAccount"), field: "imagePullSecrets", keys: name },
  { of: core("ServiceAccount"), field: "secrets", keys: name },
  { of: webhookConfigurations, field: "webhooks", keys: name },
  // The API server takes the whole list as one value; no two of its entries are about the same subject.
  {
    of: rbac("RoleBinding", "ClusterRoleBinding"),
    field: "subjects",
    keys: [{ name: "kind" }, { name: "namespace", otherwise: "" }, { name: "name" }],
  },
  { of: { group: "apiextensions.k8s.io" }, field: "versions", keys: name },
];

/** A name for every entry of a list that has such, in order. */
export type EntryNames = readonly string[];

/**
 * The names of both lists' entries; undefined where the list has none, an entry lacks it, or two have the same: then
 * only whole entries can be compared.
 */
export function entryNames(
  object: KubernetesObject,
  path: Path,
  expected: readonly unknown[],
  found: readonly unknown[],
): readonly [expected: EntryNames, found: EntryNames] | undefined {
  const field = path.at(-1);
  const list = keyedLists.find((candidate) => candidate.field === field && isOfKinds(object, candidate.of));
  if (list === undefined) return undefined;
  const [expectedNames, foundNames] = [expected, found].map((entries) => entries.map((entry) => nameOf(entry, list)));
  return isComplete(expectedNames) && isComplete(foundNames) ? [expectedNames, foundNames] : undefined;
}

function nameOf(entry: unknown, { keys }: KeyedList): string | undefined {
  if (typeof entry !== "object" || entry === null) return undefined;
  const parts = keys.map(({ name: key, otherwise }) => (entry as Record<string, unknown>)[key] ?? otherwise);
  if (!parts.every((part) => typeof part === "string" || typeof part === "number")) return undefined;
  return parts.filter((part) => part !== "").join("/");
}

function isComplete(names: readonly (string | undefined)[] | undefined): names is EntryNames {
  return names !== undefined && !names.includes(undefined) && new Set(names).size === names.length;
}

/**
 * Pairs the entries of lists without names: equal ones first, so that one entry more or less is one difference; what is
 * left over is paired by its order, where as many are left on both sides.
 * @param isSame Whether two entries mean the same.
 * @returns Places in both lists; undefined where an entry has no counterpart.
 */
export function pairEntries(
  expected: readonly unknown[],
  found: readonly unknown[],
  isSame: (expected: unknown, found: unknown) => boolean,
): readonly (readonly [expected: number | undefined, found: number | undefined])[] {
  const free = new Set(found.keys());
  const pairs: (readonly [number | undefined, number | undefined])[] = [];
  const left: number[] = [];
  for (const [index, entry] of expected.entries()) {
    // The same place first: of several equal entries none has moved.
    const place = [index, ...free].find((candidate) => free.has(candidate) && isSame(entry, found[candidate]));
    if (place === undefined) left.push(index);
    else {
      free.delete(place);
      pairs.push([index, place]);
    }
  }
  const others = [...free];
  if (left.length === others.length) return [...pairs, ...left.map((index, at) => [index, others[at]] as const)];
  return [
    ...pairs,
    ...left.map((index) => [index, undefined] as const),
    ...others.map((index) => [undefined, index] as const),
  ];
}
