import { describeFound } from "../found";
import { networkLabel, systemNamespace } from "../names";
import { configurationPath } from "../path";
import type { Problem } from "../problem";
import type { Mesh } from "../schema";
import { clusterCalled, clustersOf, controlPlaneOf, entriesOf, externalCalled } from "./draft";
import { namespaceLists, repeatedClusters, unknownClusters } from "./references";
import type { MeshDraft } from "./rule";
import { called } from "./words";

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

/** Settings of what is injected. */
const ofInjection = ["revision", "dnsCapture"] as const;

export function settingsInjected(mesh: MeshDraft): readonly Problem[] {
  return entriesOf(mesh.namespaces)
    .filter(([, { injection }]) => injection === "disabled")
    .flatMap(([name, namespace]) =>
      ofInjection
        .filter((setting) => namespace[setting] !== undefined)
        .map((setting) => ({
          path: configurationPath("namespaces", name, setting),
          expected: "nothing, because nothing is injected into this namespace",
          found: describeFound(namespace[setting]),
          fix: "Remove it, or write `injection: enabled`.",
        })),
    );
}

/** Settings of a namespace that its istiod is told of. */
const ofConfiguration = ["mtls", "calls", "dnsCapture"] as const;

/** They count for a cluster where the one has the namespace that holds its istiod's configuration. */
export function policiesConfigured(mesh: MeshDraft): readonly Problem[] {
  return entriesOf(mesh.namespaces)
    .map(([namespace, written]) => ({
      namespace,
      clusters: written.clusters ?? [],
      settings: ofConfiguration.filter((setting) => written[setting] !== undefined).map((setting) => `\`${setting}\``),
    }))
    .filter(({ settings }) => settings.length > 0)
    .flatMap(({ clusters, namespace, settings }) =>
      [...new Set(clusters)].flatMap((name): Problem[] => {
        const holder = name === undefined ? undefined : configClusterOf(mesh, name);
        if (name === undefined || holder === undefined || clusters.includes(holder)) return [];
        return [
          {
            path: configurationPath("namespaces", namespace, "clusters"),
            expected: `${called(holder)} among them, which holds the configuration of ${called(name)}'s istiod, and so the namespace's ${settings.join(" and ")}`,
            found: "a list without it",
            fix: `Add ${called(holder)}, or remove ${settings.join(" and ")}.`,
          },
        ];
      }),
    );
}

/** @returns Undefined for a cluster that is not described, which is a mistake of its own. */
function configClusterOf(mesh: MeshDraft, name: string): string | undefined {
  const cluster = clusterCalled(mesh, name);
  if (cluster === undefined) return undefined;
  const controlPlane = controlPlaneOf(name, cluster);
  if (clusterCalled(mesh, controlPlane) !== undefined) return controlPlane;
  const [first] = clustersOf(mesh).filter(([other, one]) => controlPlaneOf(other, one) === controlPlane);
  return externalCalled(mesh, controlPlane)?.configCluster ?? first?.[0];
}

/** A label or an annotation of a namespace that follows from something else, and from what. */
type OwnedKeys = Readonly<Record<string, string>>;

const known = "Remove it: by this label Isthmus knows what it made.";

const ownedEverywhere: OwnedKeys = {
  [networkLabel]: "Write the cluster's `network` instead.",
  "app.kubernetes.io/managed-by": known,
  "app.kubernetes.io/component": known,
  "kubernetes.io/metadata.name": "Remove it: Kubernetes sets it to the namespace's name.",
};

const ownedOfWorkloads: OwnedKeys = {
  "istio-injection": "Write `injection` instead.",
  "istio.io/rev": "Write `revision` instead.",
  ...ownedEverywhere,
};

const notOfGateways =
  "Remove it: gateways are injected by the label of their pods, which counts only in a namespace without this one.";

const ownedOfSystem: OwnedKeys = {
  "istio-injection": notOfGateways,
  "istio.io/rev": notOfGateways,
  ...ownedEverywhere,
};

/** Annotations of Isthmus's own, by which a cluster says to which mesh it belongs, and who may lead it. */
const ownedAnnotations = /^isthmus\.dev\/|^topology\.istio\.io\/controlPlaneClusters$/;

export function namespaceLabelsFree(mesh: MeshDraft): readonly Problem[] {
  const { systemNamespace: system } = mesh.istio ?? {};
  return [
    ...ownedLabelsIn(["istio", "systemNamespace", "labels"], system?.labels, ownedOfSystem),
    ...entriesOf(mesh.namespaces).flatMap(([name, { labels }]) =>
      ownedLabelsIn(["namespaces", name, "labels"], labels, ownedOfWorkloads),
    ),
  ];
}

export function namespaceAnnotationsFree(mesh: MeshDraft): readonly Problem[] {
  return [
    ...ownedAnnotationsIn(["istio", "systemNamespace", "annotations"], mesh.istio?.systemNamespace?.annotations),
    ...entriesOf(mesh.namespaces).flatMap(([name, { annotations }]) =>
      ownedAnnotationsIn(["namespaces", name, "annotations"], annotations),
    ),
  ];
}

/** Labels or annotations of a draft. */
type Written = Readonly<Record<string, string | undefined>> | undefined;

function ownedLabelsIn(keys: readonly string[], labels: Written, owned: OwnedKeys): Problem[] {
  return Object.entries(owned)
    .filter(([label]) => labels !== undefined && Object.hasOwn(labels, label))
    .map(([label, fix]) => ({
      path: configurationPath(...keys, label),
      expected: "nothing, because Isthmus or Kubernetes sets this label",
      found: describeFound(labels?.[label]),
      fix,
    }));
}

function ownedAnnotationsIn(keys: readonly string[], annotations: Written): Problem[] {
  return Object.entries(annotations ?? {})
    .filter(([annotation]) => ownedAnnotations.test(annotation))
    .map(([annotation, value]) => ({
      path: configurationPath(...keys, annotation),
      expected: "nothing, because Isthmus sets this annotation",
      found: describeFound(value),
      fix: "Remove it: it follows from the mesh's `id`, its `trustDomain`, and the clusters' names and control planes.",
    }));
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
