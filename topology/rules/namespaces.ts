import { describeFound } from "../found";
import { systemNamespace } from "../names";
import { configurationPath } from "../path";
import type { Problem } from "../problem";
import type { Mesh } from "../schema";
import { entriesOf } from "./draft";
import { namespaceLists, repeatedClusters, unknownClusters } from "./references";
import type { MeshDraft } from "./rule";

/** Namespaces in which nothing of the mesh's workloads runs, and whose they are. */
const reserved = new Map([
  [systemNamespace, "that of Istio itself"],
  ["kube-system", "one of Kubernetes itself"],
  ["kube-public", "one of Kubernetes itself"],
  ["kube-node-lease", "one of Kubernetes itself"],
]);

export function namespacesOfWorkloads(mesh: MeshDraft): readonly Problem[] {
  return entriesOf(mesh.namespaces).flatMap(([name]) => {
    const whose = reserved.get(name);
    if (whose === undefined) return [];
    return [
      {
        path: configurationPath("namespaces", name),
        expected: "a namespace of workloads",
        found: whose,
        fix:
          name === systemNamespace
            ? "Remove it: Isthmus makes it in every cluster."
            : "Remove it: sidecars there can keep a cluster from starting.",
      },
    ];
  });
}

export function knownNamespaceClusters(mesh: MeshDraft): readonly Problem[] {
  return unknownClusters(mesh, namespaceLists(mesh));
}

export function namespaceClustersOnce(mesh: MeshDraft): readonly Problem[] {
  return repeatedClusters(namespaceLists(mesh));
}

export function revisionInjects(mesh: MeshDraft): readonly Problem[] {
  return entriesOf(mesh.namespaces)
    .filter(([, { injection, revision }]) => injection === "disabled" && revision !== undefined)
    .map(([name, { revision }]) => ({
      path: configurationPath("namespaces", name, "revision"),
      expected: "nothing, because nothing is injected into this namespace",
      found: describeFound(revision),
      fix: "Remove it, or write `injection: enabled`.",
    }));
}

/** Labels of a namespace that follow from something else, and from what. */
const ownedNamespaceLabels: Readonly<Record<string, string>> = {
  "istio-injection": "Write `injection` instead.",
  "istio.io/rev": "Write `revision` instead.",
  "app.kubernetes.io/managed-by": "Remove it: by this label Isthmus knows what it made.",
  "app.kubernetes.io/component": "Remove it: by this label Isthmus knows what it made.",
  "kubernetes.io/metadata.name": "Remove it: Kubernetes sets it to the namespace's name.",
};

export function namespaceLabelsFree(mesh: MeshDraft): readonly Problem[] {
  return entriesOf(mesh.namespaces).flatMap(([name, { labels }]) =>
    Object.entries(ownedNamespaceLabels)
      .filter(([label]) => labels !== undefined && Object.hasOwn(labels, label))
      .map(([label, fix]) => ({
        path: configurationPath("namespaces", name, "labels", label),
        expected: "nothing, because Isthmus or Kubernetes sets this label",
        found: describeFound(labels?.[label]),
        fix,
      })),
  );
}

/** The revision that Isthmus installs: the charts' own name for one without a name. */
const installedRevision = "default";

export function revisionInstalled(mesh: Mesh): readonly Problem[] {
  return entriesOf(mesh.namespaces)
    .filter(([, { revision }]) => revision !== undefined && revision !== installedRevision)
    .map(([name, { revision }]) => ({
      path: configurationPath("namespaces", name, "revision"),
      expected: `\`${installedRevision}\`, the revision that Isthmus installs`,
      found: describeFound(revision),
      fix: "Remove it, or make sure that every cluster has that revision or tag: without one, pods start without a sidecar.",
    }));
}
