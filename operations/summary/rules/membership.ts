import { listed, type ControlPlanePlan } from "../../../topology";
import type { ClusterRule, ClusterView, Comparison, Finding } from "../comparison";
import { differing } from "../differing";
import { among } from "../words";

/** A cluster joins the mesh: everything in it is made, and others come to read it. */
export const joins: ClusterRule = (view) => {
  const { cluster, controlPlane, mesh, name, steps } = view;
  if (!mesh.joining.includes(name)) return [];
  const made = steps.filter(({ op, subject }) => op === "create" && subject.component !== "namespace");
  const istio = mesh.plan.istio.tag;
  const words =
    cluster === undefined
      ? `joins to run istiod ${istio} for ${listed(controlPlane?.serves ?? [])}`
      : `joins on network ${cluster.network}, ${roleOf(view)}`;
  const changes = [words, readersOf(view), readsOf(view), gatewayOf(view)].filter((part) => part !== undefined);
  return changes.map((part, index): Finding => ({
    change: { id: index === 0 ? "joins" : part === gatewayOf(view) ? "gateway" : "readers", words: part },
    explains: made,
  }));
};

/** A cluster leaves the mesh: everything that was made in it is removed. */
export const leaves: ClusterRule = ({ mesh, name, steps }) => {
  if (!mesh.leaving.includes(name)) return [];
  const served = (mesh.last.controlPlanes[name]?.serves ?? []).filter((other) => other !== name);
  const others = served.filter((other) => mesh.plan.clusters.some((cluster) => cluster.name === other));
  const left: Finding = {
    change: { id: "leaves", words: "leaves: Istio, its certificates and its gateways are removed from it" },
    risk: {
      id: "cluster-leaves",
      severity: "high",
      traffic: "interrupted",
      words: "leaves the mesh: its workloads are called by no other cluster any more, and lose their sidecars' istiod.",
      advice: "Move what is called from elsewhere first.",
    },
    // Of a workloads' namespace that is deleted with all that is in it another rule tells.
    explains: steps.filter(({ op, isKept, subject, type }) => {
      const isLost = subject.component === "namespace" && type.endsWith(":Namespace") && !isKept;
      return op === "delete" && !isLost;
    }),
  };
  if (others.length === 0) return [left];
  return [
    left,
    {
      risk: {
        id: "control-plane-leaves",
        severity: "high",
        traffic: "interrupted",
        words: `leaves with the istiod that serves ${listed(others)}: running pods there hold on to it until they are restarted.`,
        advice: "Give them another control plane first, restart their workloads, and let it leave by a later change.",
      },
      explains: [],
    },
  ];
};

/** A cluster has another name. */
export const renamed: ClusterRule = ({ formerName, name, steps, step }) => {
  if (formerName === name) return [];
  const namespace = step("system namespace");
  const paths = namespace === undefined ? [] : differing(namespace).map(({ path }) => path);
  return [
    {
      change: { id: "renamed", words: `is renamed from ${formerName}; everything in it stays in place` },
      risk: {
        id: "cluster-renamed",
        severity: "high",
        traffic: "interrupted",
        words: `is renamed from ${formerName}: running pods bear the former name, by which no istiod knows their certificates' requests any more.`,
        advice: "Restart its workloads right after the update; their certificates last 24 hours at most.",
      },
      explains: [
        ...steps.filter(({ op }) => op === "same"),
        ...(paths.every((path) => path.includes("isthmus.dev/")) ? [namespace] : []),
      ],
    },
  ];
};

/** A cluster is on another network. */
export const network: ClusterRule = ({ cluster, formerName, mesh, name, step }) => {
  const namespace = step("system namespace");
  const former = mesh.last.clusters[formerName]?.network ?? mesh.last.clusters[name]?.network;
  if (cluster === undefined || former === undefined || former === cluster.network) return [];
  return [
    {
      change: { id: "network", words: `moves from network ${former} to ${cluster.network}` },
      risk: {
        id: "network-changes",
        severity: "high",
        traffic: "interrupted",
        words: `moves from network ${former} to ${cluster.network}: running pods keep the former network until they are restarted, and calls take the way of the wrong one.`,
        advice: "Restart its workloads right after the update.",
      },
      explains: [namespace?.op === "update" ? namespace : undefined],
    },
  ];
};

/** The control plane of a cluster is another one, or runs elsewhere. */
export const controlPlaneMoves: ClusterRule = ({ cluster, formerName, mesh, name }) => {
  const last = mesh.last.clusters[formerName]?.controlPlane;
  if (cluster === undefined || last === undefined) return [];
  const former = last === formerName ? name : last;
  if (former === cluster.controlPlane) return [];
  const words =
    cluster.role === "primary"
      ? `becomes a primary: an istiod of its own serves it, and no longer that of ${former}`
      : former === name
        ? `becomes a remote: the istiod of ${cluster.controlPlane} serves it, and its own is removed`
        : `is served by the istiod of ${cluster.controlPlane}, and no longer by that of ${former}`;
  return [
    {
      change: { id: "control-plane", words },
      risk: {
        id: "control-plane-changes",
        severity: "medium",
        traffic: "not-interrupted",
        words: `${words}. Running pods go on; until the webhook leads to the new istiod, new ones get no sidecar.`,
        advice: "Restart its workloads after the update.",
      },
      explains: [],
    },
  ];
};

/** An istiod outside of the mesh takes its configuration from another cluster than before. */
export const configurationMoves: ClusterRule = ({ controlPlane, mesh, name }) => {
  const last = controlPlane === undefined ? undefined : formerConfiguration(mesh, controlPlane);
  if (controlPlane === undefined || last === undefined) return [];
  const { configCluster, serves } = controlPlane;
  const words = `its istiod takes its configuration from ${configCluster}, and no longer from ${last}`;
  return [
    {
      change: { id: "configuration-cluster", words },
      risk: {
        id: "configuration-cluster-moves",
        severity: "high",
        traffic: "interrupted",
        words: `${words}: every policy, route and gateway that stands in ${last} stops counting for ${listed(serves)} at once, authorization policies among them.`,
        advice: `Copy them to ${configCluster} first, or name ${last} as configCluster of ${name}.`,
      },
      explains: [],
    },
  ];
};

/** The cluster from which an external istiod took its configuration until now, where it takes it from another. */
function formerConfiguration({ last, plan }: Comparison, plane: ControlPlanePlan): string | undefined {
  const { configCluster, kind, name } = plane;
  const former = last.controlPlanes[name]?.configCluster;
  if (kind !== "external" || former === configCluster) return undefined;
  const isRenamed = plan.clusters.some((cluster) => cluster.name === configCluster && cluster.replaces === former);
  return isRenamed ? undefined : former;
}

/** Whether a cluster held, holds or takes the configuration of an istiod for which that moves. */
export function followsConfiguration({ mesh, name }: ClusterView): boolean {
  return mesh.plan.controlPlanes.some(
    (plane) =>
      formerConfiguration(mesh, plane) !== undefined &&
      (plane.serves.includes(name) || formerConfiguration(mesh, plane) === name),
  );
}

function roleOf({ cluster, mesh }: ClusterView): string {
  const istio = mesh.plan.istio.tag;
  if (cluster === undefined) return "";
  return cluster.role === "primary"
    ? `as a primary with istiod ${istio}`
    : `as a remote that the istiod of ${cluster.controlPlane} serves`;
}

/** Who will read it. */
function readersOf({ mesh, name }: ClusterView): string | undefined {
  const readers = mesh.plan.controlPlanes.filter(({ reads }) => reads.includes(name)).map((reader) => reader.name);
  if (readers.length === 0) return undefined;
  return `${among(readers, "cluster", "clusters")} will read it`;
}

function readsOf({ controlPlane }: ClusterView): string | undefined {
  if (controlPlane === undefined || controlPlane.reads.length === 0) return undefined;
  return `its istiod will read ${among(controlPlane.reads, "cluster", "clusters")}`;
}

function gatewayOf({ cluster }: ClusterView): string | undefined {
  const gateway = cluster?.eastWestGateway;
  if (gateway === undefined) return undefined;
  return gateway.addresses === undefined
    ? "its gateway's address is not known yet"
    : `its gateway is reached at ${listed(gateway.addresses)}, port ${String(gateway.port)}`;
}
