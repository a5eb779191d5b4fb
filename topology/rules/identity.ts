import { describeFound } from "../found";
import { configurationPath } from "../path";
import type { Problem } from "../problem";
import { clusterCalled, clustersOf, externalCalled } from "./draft";
import type { MeshDraft } from "./rule";
import { called } from "./words";

export function replacesFormerIdentity(mesh: MeshDraft): readonly Problem[] {
  const { id, replaces } = mesh;
  const trustDomain = mesh.trustDomain ?? (id === undefined ? undefined : `${id}.internal`);
  return (
    [
      ["id", id],
      ["trustDomain", trustDomain],
    ] as const
  )
    .filter(([key, present]) => replaces?.[key] !== undefined && replaces[key] === present)
    .map(([key, present]) => ({
      path: configurationPath("replaces", key),
      expected: "the value that the mesh had before",
      found: `the one that it has, ${describeFound(present)}`,
      fix: "Write the former value, or remove it: nothing is replaced.",
    }));
}

export function replacesFormerName(mesh: MeshDraft): readonly Problem[] {
  return clustersOf(mesh).flatMap(([name, { replaces }]) => {
    if (replaces === undefined) return [];
    const isPresent = clusterCalled(mesh, replaces) !== undefined || externalCalled(mesh, replaces) !== undefined;
    if (name !== replaces && !isPresent) return [];
    return [
      {
        path: configurationPath("clusters", name, "replaces"),
        expected: "a name that no cluster has any more",
        found:
          name === replaces ? "the cluster's present name" : `the name of another cluster, ${describeFound(replaces)}`,
        fix: "Write the former name, or remove it: nothing is replaced.",
      },
    ];
  });
}

export function replacesOnce(mesh: MeshDraft): readonly Problem[] {
  const owners = new Map<string, string>();
  return clustersOf(mesh).flatMap(([name, { replaces }]) => {
    if (replaces === undefined || clusterCalled(mesh, replaces) !== undefined) return [];
    const owner = owners.get(replaces);
    if (owner === undefined) owners.set(replaces, name);
    if (owner === undefined) return [];
    return [
      {
        path: configurationPath("clusters", name, "replaces"),
        expected: "a former name of its own",
        found: `that of cluster ${called(owner)}, ${describeFound(replaces)}`,
        fix: "Remove it from the one that was not called so: a cluster is renamed to one name.",
      },
    ];
  });
}
