import { exposedIstiodName, systemNamespace } from "../../../topology";
import { seenClusters, seenControlPlanes, seenOf } from "../clusters";
import type { Service } from "../../objects";
import type { MeshFinding } from "../finding";
import type { ClusterSnapshot, MeshSnapshot } from "../snapshot";
import { isReady, podsLabelled } from "./istiod";

const restore = "Run `isthmus drift --repair`, which puts it back.";

/** Services of an istiod that lead to none of its pods, though there are some that are ready. */
function istiodServicesWithoutPods(snapshot: MeshSnapshot): MeshFinding[] {
  return seenControlPlanes(snapshot).flatMap(({ facts, seen: { system } }) => {
    if (system === undefined) return [];
    const pods = podsLabelled(system, { app: "istiod" }).filter(isReady);
    const lost = system.services.filter(
      (service) => isOfIstiod(service) && podsLabelled(system, service.spec?.selector ?? {}).length === 0,
    );
    if (pods.length === 0 || lost.length === 0) return [];
    return [
      {
        clusters: [facts.name],
        found: "a Service of istiod leads to none of its pods: whoever asks it gets no answer",
        proof: [
          ...lost.map(({ metadata, spec }) => {
            const words = Object.entries(spec?.selector ?? {}).map(([label, value]) => `${label}=${value}`);
            return `Service ${metadata?.name ?? ""}: selector ${words.join(",")}`;
          }),
          ...pods.map(({ metadata }) => `pod ${metadata?.name ?? ""} is ready`),
        ],
        fix: restore,
      },
    ];
  });
}

/**
 * At these ports of its Service an istiod is asked, with the port of its pods: by proxies, and by API servers about new pods
 * (istio, chart istio-discovery, service.yaml).
 */
const askedPorts = [
  { port: 15012, targetPort: 15012, by: "proxies" },
  { port: 443, targetPort: 15017, by: "the API server" },
] as const;

/** Services of an istiod by which some of those that ask it do not reach it. */
function istiodServicesWithoutPorts(snapshot: MeshSnapshot): MeshFinding[] {
  return seenControlPlanes(snapshot).flatMap(({ facts, seen: { system } }) => {
    // That by which other clusters reach it has ports of its own.
    const services = (system?.services ?? []).filter(({ metadata }) => metadata?.name !== exposedIstiodName);
    const lost = services.filter(isOfIstiod).flatMap(({ metadata, spec }) =>
      askedPorts.flatMap(({ by, port, targetPort }) => {
        const { name = "" } = metadata ?? {};
        const found = (spec?.ports ?? []).find((one) => one.port === port);
        if (found === undefined) return [`Service ${name}: no port ${port}, at which ${by} ask`];
        // A name is of a port of some container: which one is not known here.
        if (typeof found.targetPort !== "number" || found.targetPort === targetPort) return [];
        return [
          `Service ${name}: port ${port} leads to ${found.targetPort}, and istiod answers ${by} at ${targetPort}`,
        ];
      }),
    );
    if (lost.length === 0) return [];
    return [
      {
        clusters: [facts.name],
        found: "a Service of istiod does not lead to all of its ports: some of those that ask it get no answer",
        proof: lost,
        fix: restore,
      },
    ];
  });
}

/** Services of an istiod that do not lead to it. */
export function lostIstiodServices(snapshot: MeshSnapshot): MeshFinding[] {
  return [...istiodServicesWithoutPods(snapshot), ...istiodServicesWithoutPorts(snapshot)];
}

/** Whether a Service leads to pods of an istiod by their labels. */
function isOfIstiod({ metadata, spec }: Service): boolean {
  return /^istiod(?:-|$)/.test(metadata?.name ?? "") && Object.keys(spec?.selector ?? {}).length > 0;
}

/** Clusters that look for the istiod that serves them where it is not. */
export function misledClusters(snapshot: MeshSnapshot): MeshFinding[] {
  return seenClusters(snapshot).flatMap(({ facts: { controlPlane, name }, seen }) => {
    const { exposed } = snapshot.mesh.controlPlanes.find((one) => one.name === controlPlane) ?? {};
    if (controlPlane === name || exposed === undefined) return [];
    const given = addressesOfExposed(seenOf(snapshot, controlPlane));
    const looked = (seen.istiodEndpoints ?? []).flatMap(({ addresses, service }) =>
      addresses.map((address) => ({ address, service })),
    );
    if (given.length === 0 || looked.length === 0 || looked.some(({ address }) => given.includes(address))) return [];
    // An address that the mesh's file names may be that of something before the load balancer: it is a cause where it fails.
    const isMeant = looked.some(({ address }) => address === exposed.address);
    if (isMeant && !hasProxyInTrouble(seen)) return [];
    return [
      {
        clusters: [name, controlPlane],
        found: `${name} looks for its istiod at an address that the istiod of ${controlPlane} does not have, so that no proxy there gets a configuration`,
        proof: [
          ...looked.map(
            ({ address, service }) => `${name}: Service ${service} of ${systemNamespace} leads to ${address}`,
          ),
          ...given.map((address) => `${controlPlane}: Service ${exposedIstiodName} has ${address}`),
        ],
        fix: isMeant
          ? "Take `exposedIstiod.address` out of the mesh's file, or set it to an address at which ports 15012 and 15017 of that Service answer, and run `isthmus up`."
          : "Run `isthmus drift --repair`, which puts the address back; where it is as it was applied, `isthmus up --refresh`.",
      },
    ];
  });
}

/** Addresses of the load balancer before an istiod; none where it has host names alone. */
function addressesOfExposed(seen: ClusterSnapshot | undefined): string[] {
  const service = seen?.system?.services.find(({ metadata }) => metadata?.name === exposedIstiodName);
  const ingress = (service?.status?.loadBalancer?.ingress ?? []) as readonly { readonly ip?: string }[];
  return ingress.flatMap(({ ip }) => ip ?? []);
}

/** Whether some pod of `istio-system` is not ready: where no workload of the mesh runs in a cluster, its proxies are the gateways. */
function hasProxyInTrouble({ system }: ClusterSnapshot): boolean {
  return (system?.pods ?? []).some((pod) => pod.metadata?.deletionTimestamp === undefined && !isReady(pod));
}

/** Istiods that take themselves for another cluster's. */
export function misnamedIstiods(snapshot: MeshSnapshot): MeshFinding[] {
  return seenControlPlanes(snapshot).flatMap(({ facts: { configCluster, name }, seen: { istiods = [] } }) => {
    const wrong = istiods.flatMap(({ pod, remotes = [] }) => {
      // The one that no Secret leads to is its own (istio, pkg/kube/multicluster, ListRemoteClusters).
      const own = remotes.find(({ secretName }) => secretName === undefined);
      return own === undefined || own.id === configCluster ? [] : [{ pod, id: own.id }];
    });
    const [first] = wrong;
    if (first === undefined) return [];
    return [
      {
        clusters: [name],
        found: `the istiod of ${name} takes its cluster for ${first.id}: its proxies, which say ${configCluster}, are strangers to it`,
        proof: wrong.map(({ id, pod }) => `${pod} says that its own cluster is ${id}`),
        fix: "Run `isthmus drift --repair`, which puts CLUSTER_ID of the Deployment istiod back.",
      },
    ];
  });
}
