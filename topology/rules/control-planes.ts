import { describeFound } from "../found";
import { configurationPath } from "../path";
import { joiningOf } from "../plan/joining";
import type { Problem } from "../problem";
import type { Mesh } from "../schema";
import { clusterCalled, clustersOf, controlPlaneOf, externalCalled, externalsOf, isExternal } from "./draft";
import type { Doubts, MeshDraft } from "./rule";
import { called, calledAll, didYouMean } from "./words";

/** Names under which istiod runs for others: clusters with a control plane of their own, and external control planes. */
function controlPlaneNames(mesh: MeshDraft): string[] {
  const own = clustersOf(mesh).filter(([name, cluster]) => controlPlaneOf(name, cluster) === name);
  return [...own, ...externalsOf(mesh)].map(([name]) => name);
}

export function knownControlPlane(mesh: MeshDraft): readonly Problem[] {
  return clustersOf(mesh).flatMap(([name, { controlPlane }]) => {
    if (controlPlane === undefined || controlPlane === name) return [];
    if (clusterCalled(mesh, controlPlane) !== undefined || externalCalled(mesh, controlPlane) !== undefined) return [];
    const others = controlPlaneNames(mesh).filter((other) => other !== name);
    return [
      {
        path: configurationPath("clusters", name, "controlPlane"),
        expected:
          others.length === 0
            ? "the name of another cluster or of an external control plane"
            : `a cluster or an external control plane that runs istiod: ${calledAll(others)}`,
        found: describeFound(controlPlane),
        fix: didYouMean(
          controlPlane,
          others,
          "Name one that is described here, or remove it: the cluster has a control plane of its own then.",
        ),
      },
    ];
  });
}

export function controlPlaneOfItsOwn(mesh: MeshDraft): readonly Problem[] {
  return clustersOf(mesh).flatMap(([name, { controlPlane = name }]) => {
    const host = clusterCalled(mesh, controlPlane);
    if (controlPlane === name || host === undefined || externalCalled(mesh, controlPlane) !== undefined) return [];
    const hostsOwn = controlPlaneOf(controlPlane, host);
    if (hostsOwn === controlPlane) return [];
    const isKnown = clusterCalled(mesh, hostsOwn) !== undefined || externalCalled(mesh, hostsOwn) !== undefined;
    // A control plane that nobody knows is a mistake of its own, and mending it may mend this one.
    if (!isKnown) return [];
    const remedy = `remove \`controlPlane\` of ${called(controlPlane)}`;
    return [
      {
        path: configurationPath("clusters", name, "controlPlane"),
        expected: "a cluster that runs istiod itself",
        found: `cluster ${called(controlPlane)}, which is served by ${called(hostsOwn)}`,
        fix: controlPlaneNames(mesh).includes(hostsOwn)
          ? `Name \`${called(hostsOwn)}\`, or ${remedy}.`
          : `Name a cluster that runs istiod, or ${remedy}.`,
      },
    ];
  });
}

export function externalNameOfItsOwn(mesh: MeshDraft): readonly Problem[] {
  return externalsOf(mesh)
    .filter(([name]) => clusterCalled(mesh, name) !== undefined)
    .map(([name]) => ({
      path: configurationPath("externalControlPlanes", name),
      expected: "a name that no cluster of the mesh has",
      found: "the name of a cluster",
      fix: "Rename one of them; if they are the same cluster, remove this one: a cluster of the mesh can serve others as it is.",
    }));
}

export function externalServes(mesh: MeshDraft): readonly Problem[] {
  const clusters = clustersOf(mesh);
  if (clusters.length === 0) return [];
  return externalsOf(mesh)
    .filter(([name]) => isExternal(mesh, name) && !clusters.some(([, { controlPlane }]) => controlPlane === name))
    .map(([name]) => ({
      path: configurationPath("externalControlPlanes", name),
      expected: "a control plane that serves a cluster",
      found: "none that names it",
      fix: `Write \`controlPlane: ${called(name)}\` in the clusters that it is to serve, or remove it.`,
    }));
}

export function configClusterServed(mesh: MeshDraft, doubts: Doubts): readonly Problem[] {
  return externalsOf(mesh).flatMap(([name, { configCluster }]) => {
    if (configCluster === undefined || doubts.about("clusters", configCluster, "controlPlane")) return [];
    const cluster = clusterCalled(mesh, configCluster);
    if (cluster?.controlPlane === name) return [];
    const served = clustersOf(mesh)
      .filter(([, { controlPlane }]) => controlPlane === name)
      .map(([other]) => other);
    // Without a cluster to choose, what is wrong is that it serves none.
    if (served.length === 0 || (cluster === undefined && doubts.about("clusters", "*", "controlPlane"))) return [];
    const whose = cluster === undefined ? "" : `, which is served by ${called(controlPlaneOf(configCluster, cluster))}`;
    return [
      {
        path: configurationPath("externalControlPlanes", name, "configCluster"),
        expected: `a cluster that it serves: ${calledAll(served)}`,
        found: `${describeFound(configCluster)}${whose}`,
        fix: didYouMean(configCluster, served, "Name one of those, or remove it to take the first by name."),
      },
    ];
  });
}

/** The first by name holds the configuration, and another may be the first one day. */
export function configClusterNamed(mesh: Mesh): readonly Problem[] {
  return joiningOf(mesh)
    .controlPlanes.filter(({ name, kind, serves }) => {
      return kind === "external" && serves.length > 1 && mesh.externalControlPlanes[name]?.configCluster === undefined;
    })
    .map(({ name, configCluster, serves }) => ({
      path: configurationPath("externalControlPlanes", name, "configCluster"),
      expected: `one of the clusters that it serves, ${calledAll(serves)}, by name`,
      found: `nothing, which means ${called(configCluster)}, the first`,
      fix: "Write the one that holds the configuration: a cluster that joins may come first.",
    }));
}
