import { describeFound } from "../found";
import { configurationPath } from "../path";
import { servesMachines, servesOthers } from "../plan/control-plane-plan";
import { joiningOf } from "../plan/joining";
import type { Problem } from "../problem";
import type { Mesh } from "../schema";
import { eastWestGatewaySchema, exposedIstiodSchema } from "../schema/services";
import { clustersOf } from "./draft";
import type { ClusterDraft, Doubts, MeshDraft } from "./rule";
import { called } from "./words";

/** Ports of nodes that Kubernetes gives to Services (kube-apiserver, --service-node-port-range). */
const nodePorts = { first: 30000, last: 32767 } as const;

/** Port at which a gateway tells whether it is ready (Istio's gateway chart). */
const statusPort = 15021;

type GatewayDraft = NonNullable<ClusterDraft["eastWestGateway"]>;

function gatewaysOf(mesh: MeshDraft, type: "LoadBalancer" | "NodePort", doubts: Doubts): [string, GatewayDraft][] {
  return clustersOf(mesh).flatMap(([name, { eastWestGateway }]): [string, GatewayDraft][] => {
    if (eastWestGateway === undefined || doubts.about("clusters", name, "eastWestGateway", "type")) return [];
    return (eastWestGateway.type ?? "LoadBalancer") === type ? [[name, eastWestGateway]] : [];
  });
}

export function nodePortAddresses(mesh: MeshDraft, doubts: Doubts): readonly Problem[] {
  return gatewaysOf(mesh, "NodePort", doubts)
    .filter(
      ([name, { addresses }]) =>
        addresses === undefined && !doubts.about("clusters", name, "eastWestGateway", "addresses"),
    )
    .map(([name]) => ({
      path: configurationPath("clusters", name, "eastWestGateway", "addresses"),
      expected: "addresses of nodes at which the other clusters reach the gateway",
      found: "nothing",
      fix: "Add it, for example `addresses: [203.0.113.10]`: a Service of type NodePort gets no address of its own.",
    }));
}

export function nodePortRange(mesh: MeshDraft, doubts: Doubts): readonly Problem[] {
  return gatewaysOf(mesh, "NodePort", doubts)
    .filter(
      ([name, { port = 0 }]) =>
        (port < nodePorts.first || port > nodePorts.last) && !doubts.about("clusters", name, "eastWestGateway", "port"),
    )
    .map(([name, { port }]) => ({
      path: configurationPath("clusters", name, "eastWestGateway", "port"),
      expected: `a port from ${nodePorts.first} to ${nodePorts.last}, where Kubernetes has the ports of nodes`,
      found: port === undefined ? "nothing, which means 15443" : describeFound(port),
      fix: "Write one that no other Service of the cluster has, for example `port: 31443`.",
    }));
}

export function noClassForNodePort(mesh: MeshDraft, doubts: Doubts): readonly Problem[] {
  return gatewaysOf(mesh, "NodePort", doubts)
    .filter(([, { loadBalancerClass }]) => loadBalancerClass !== undefined)
    .map(([name, { loadBalancerClass }]) => ({
      path: configurationPath("clusters", name, "eastWestGateway", "loadBalancerClass"),
      expected: "nothing, because a Service of type NodePort has no load balancer",
      found: describeFound(loadBalancerClass),
      fix: "Remove it, or write `type: LoadBalancer`.",
    }));
}

export function statusPortKept(mesh: MeshDraft, doubts: Doubts): readonly Problem[] {
  return gatewaysOf(mesh, "LoadBalancer", doubts)
    .filter(([, { port }]) => port === statusPort)
    .map(([name, { port }]) => ({
      path: configurationPath("clusters", name, "eastWestGateway", "port"),
      expected: `another port than ${statusPort}, at which the gateway says whether it is ready`,
      found: describeFound(port),
      fix: "Write another, or remove it to take the default, 15443.",
    }));
}

/** What the sections say where nothing is written. */
const defaults = { eastWestGateway: eastWestGatewaySchema.parse({}), exposedIstiod: exposedIstiodSchema.parse({}) };

export function gatewaysInUse(mesh: Mesh): readonly Problem[] {
  const { needsGateway } = joiningOf(mesh);
  return clustersOf(mesh).flatMap(([name, { eastWestGateway, values }]) => {
    if (needsGateway(name)) return [];
    const settings = [
      ...(isSet(eastWestGateway, defaults.eastWestGateway) ? [["eastWestGateway"]] : []),
      ...(isSet(values?.gateway ?? {}, {}) ? [["values", "gateway"]] : []),
    ];
    return settings.map((keys) => ({
      path: configurationPath("clusters", name, ...keys),
      expected: `nothing, because no cluster of another network calls ${called(name)}, which gets no gateway`,
      found: "settings of a gateway",
      fix: "Remove them, or keep them for the day when a second network joins.",
    }));
  });
}

export function exposedIstiodInUse(mesh: Mesh): readonly Problem[] {
  const { controlPlanes } = joiningOf(mesh);
  const serving = new Set(
    controlPlanes.filter((plane) => servesOthers(plane) || servesMachines(mesh, plane.name)).map(({ name }) => name),
  );
  return clustersOf(mesh)
    .filter(([name, cluster]) => !serving.has(name) && isSet(cluster.exposedIstiod, defaults.exposedIstiod))
    .map(([name]) => ({
      path: configurationPath("clusters", name, "exposedIstiod"),
      expected: `nothing, because no istiod in ${called(name)} serves another cluster or a machine`,
      found: "settings of a Service that is not made",
      fix: "Remove them, or keep them for the day when another cluster names this one as its `controlPlane`, or a machine joins it.",
    }));
}

function isSet(settings: unknown, withoutAny: unknown): boolean {
  return JSON.stringify(settings) !== JSON.stringify(withoutAny);
}
