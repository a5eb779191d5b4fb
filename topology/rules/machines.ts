import { describeFound } from "../found";
import { networkLabel, ownedLabels } from "../names";
import { isOwnMachine } from "../loopback";
import { configurationPath } from "../path";
import type { Problem } from "../problem";
import { parseAddress, writeAddress } from "../ranges";
import { isLinkLocal } from "./addresses";
import { clusterCalled, clustersOf, controlPlaneOf, entriesOf, externalCalled } from "./draft";
import { unknownClusters } from "./references";
import type { Doubts, MeshDraft } from "./rule";
import { called, calledAll, didYouMean } from "./words";

export function knownMachineClusters(mesh: MeshDraft): readonly Problem[] {
  const places = entriesOf(mesh.machines).map(([name, { cluster }]) => ({
    path: configurationPath("machines", name, "cluster"),
    names: [cluster],
  }));
  return unknownClusters(mesh, places).map((problem) => ({ ...problem, path: problem.path.replace(/\[0\]$/, "") }));
}

/** The machine asks its own cluster's istiod, and that cluster's API server vouches for it. */
export function machinesJoinIstiods(mesh: MeshDraft, doubts: Doubts): readonly Problem[] {
  const primaries = clustersOf(mesh)
    .filter(([name, cluster]) => controlPlaneOf(name, cluster) === name)
    .map(([name]) => name);
  return entriesOf(mesh.machines).flatMap(([name, { cluster: joined }]) => {
    const cluster = joined === undefined ? undefined : clusterCalled(mesh, joined);
    if (joined === undefined || cluster === undefined || doubts.about("clusters", joined, "controlPlane")) return [];
    const host = controlPlaneOf(joined, cluster);
    if (host === joined) return [];
    const kind = externalCalled(mesh, host) === undefined ? "" : "external control plane ";
    return [
      {
        path: configurationPath("machines", name, "cluster"),
        expected:
          primaries.length === 0
            ? "a cluster with an istiod of its own"
            : `a cluster with an istiod of its own: ${calledAll(primaries)}`,
        found: `${describeFound(joined)}, which is served by ${kind}${called(host)}`,
        fix: primaries.includes(host)
          ? `Name \`${called(host)}\`: services of both clusters are reached from there.`
          : "Name a cluster that runs istiod, or remove the machine.",
      },
    ];
  });
}

/** Where the namespace is of the mesh, it is there before the machine's entry is made, and belongs to the mesh in every cluster. */
export function machineNamespacesMade(mesh: MeshDraft, doubts: Doubts): readonly Problem[] {
  const namespaces = entriesOf(mesh.namespaces);
  return entriesOf(mesh.machines).flatMap(([name, { cluster, namespace }]) => {
    if (namespace === undefined || doubts.about("namespaces", namespace)) return [];
    const [, described] = namespaces.find(([other]) => other === namespace) ?? [];
    const path = configurationPath("machines", name, "namespace");
    if (described === undefined) {
      const names = namespaces.map(([other]) => other);
      const known = names.length === 0 ? "" : `: ${calledAll(names)}`;
      return [
        {
          path,
          expected: `a namespace of \`namespaces\`${known}`,
          found: describeFound(namespace),
          fix: didYouMean(namespace, names, "Name one of those, or add it to `namespaces`."),
        },
      ];
    }
    if (cluster === undefined || described.clusters === undefined || described.clusters.includes(cluster)) return [];
    return [
      {
        path,
        expected: `a namespace that cluster ${called(cluster)} has`,
        found: `${describeFound(namespace)}, which has a list of clusters without it`,
        fix: `Add ${called(cluster)} to \`namespaces.${called(namespace)}.clusters\`, or name another namespace.`,
      },
    ];
  });
}

export function machinesReachable(mesh: MeshDraft): readonly Problem[] {
  return entriesOf(mesh.machines).flatMap(([name, { address }]) => {
    if (address === undefined) return [];
    const why = isOwnMachine(address)
      ? "which is for each caller itself"
      : isLinkLocal(address)
        ? "a link-local one, which is good on one cable alone"
        : undefined;
    if (why === undefined) return [];
    return [
      {
        path: configurationPath("machines", name, "address"),
        expected: "an address at which the workloads of its network reach it",
        found: `${describeFound(address)}, ${why}`,
        fix: "Write the address of the machine's interface in that network.",
      },
    ];
  });
}

/** Of two entries with one address istiod gives the proxy there the one that was made first. */
export function machineAddressesOnce(mesh: MeshDraft): readonly Problem[] {
  const owners = new Map<string, string>();
  return entriesOf(mesh.machines).flatMap(([name, { address, cluster = "", network }]) => {
    const read = address === undefined ? undefined : parseAddress(address);
    if (address === undefined || read === undefined) return [];
    const where = JSON.stringify([network ?? clusterCalled(mesh, cluster)?.network, writeAddress(read)]);
    const owner = owners.get(where);
    owners.set(where, owner ?? name);
    if (owner === undefined) return [];
    return [
      {
        path: configurationPath("machines", name, "address"),
        expected: "an address that no other machine of its network has",
        found: `${describeFound(address)}, that of ${called(owner)}`,
        fix: "Write the address of each. What runs on one machine is one entry, with all of its ports and labels.",
      },
    ];
  });
}

const labelOwners: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.keys(ownedLabels).map((key) => [key, "Isthmus: it shows what was made here"])),
  [networkLabel]: "`network` of the machine",
  "topology.istio.io/cluster": "`cluster` of the machine",
  "security.istio.io/tlsMode": "Isthmus: a machine of the mesh is called by mutual TLS",
};

export function machineLabelsFree(mesh: MeshDraft): readonly Problem[] {
  return entriesOf(mesh.machines).flatMap(([name, { labels = {} }]) =>
    Object.keys(labels)
      .filter((key) => Object.hasOwn(labelOwners, key))
      .map((key) => ({
        path: configurationPath("machines", name, "labels", key),
        expected: `nothing, because that is for ${labelOwners[key] ?? ""}`,
        found: describeFound(labels[key]),
        fix: "Remove it.",
      })),
  );
}
