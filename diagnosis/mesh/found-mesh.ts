import { crossNetworkPort, eastWestGatewayName, gatewayPortLabel, networkLabel, systemNamespace } from "../../topology";
import type { Service } from "../objects";
import type { ClusterFacts, ControlPlaneFacts, GatewayFacts, MeshFacts } from "./facts";
import type { ClusterSnapshot, IstiodSeen, MeshSnapshot, RemoteKubeconfigSeen } from "./snapshot";

/** A cluster of a mesh of which no configuration is at hand, and what it says of its own place in it. */
export interface FoundCluster {
  /** By the name of its kubeconfig context. */
  readonly seen: ClusterSnapshot;
  /** Its name, by its istiod or by the path at which its injector asks one; left out where neither says it. */
  readonly clusterId?: string;
  /** Clusters whose istiods may serve it, by `istio-system` (`topology.istio.io/controlPlaneClusters`). */
  readonly controlPlaneClusters: readonly string[];
  /** Whether gateways of networks are known otherwise than by a Service of `istio-system`. */
  readonly hasOtherGateways: boolean;
}

/**
 * A snapshot of a mesh that somebody else has built: what its configuration would say is read from the clusters. What none of
 * them says is left out, and not judged. Pure.
 * @param found All clusters that count, by what they have.
 * @param takenAt RFC 3339.
 */
export function snapshotOfFound(found: readonly FoundCluster[], takenAt: string): MeshSnapshot {
  const places = placesOf(found);
  const clusters = places.map(({ name, found: { seen } }) => asJudged(renamed(seen, name), places));
  return { takenAt, mesh: factsOf(places), clusters };
}

/** A cluster by its name in the mesh. */
interface Place {
  readonly name: string;
  readonly found: FoundCluster;
  readonly hasIstiod: boolean;
  /** Of an istiod that runs outside of the mesh: the cluster with its configuration. */
  readonly configCluster?: string;
}

/**
 * A cluster is called as its istiod, or its injector, calls it; where that is no name of its own, as those call it that read it,
 * else by its context. An istiod by the name of a cluster that has none runs outside of the mesh, for that cluster.
 */
function placesOf(found: readonly FoundCluster[]): Place[] {
  const withIstiod = new Set(found.filter(({ seen }) => hasIstiod(seen)));
  const claims = (id: string | undefined): FoundCluster[] => found.filter(({ clusterId }) => clusterId === id);
  const places = found.map((one): Place => {
    const { clusterId, seen } = one;
    const others = clusterId === undefined ? [] : claims(clusterId).filter((other) => other !== one);
    const base = { found: one, hasIstiod: withIstiod.has(one) };
    const served = others.length === 1 && base.hasIstiod && others.every((other) => !withIstiod.has(other));
    if (served && clusterId !== undefined) return { ...base, name: seen.cluster, configCluster: clusterId };
    const isServed = others.length === 1 && !base.hasIstiod && others.every((other) => withIstiod.has(other));
    const own = others.length === 0 || isServed ? clusterId : undefined;
    return { ...base, name: own ?? keyOf(one, found) ?? seen.cluster };
  });
  const isOnce = (name: string): boolean => places.filter((place) => place.name === name).length === 1;
  return places.map((place) => (isOnce(place.name) ? place : { ...place, name: place.found.seen.cluster }));
}

/** The key under which other clusters have a kubeconfig with a token of this one. */
function keyOf({ seen }: FoundCluster, found: readonly FoundCluster[]): string | undefined {
  const keys = found.flatMap((other) =>
    (other.seen.remoteKubeconfigs ?? []).filter((one) => leadsTo(one, seen)).map(({ key }) => key),
  );
  return new Set(keys).size === 1 ? keys[0] : undefined;
}

function leadsTo({ token }: RemoteKubeconfigSeen, { accountTokens = [] }: ClusterSnapshot): boolean {
  return token !== undefined && accountTokens.some((one) => one.token === token);
}

function factsOf(places: readonly Place[]): MeshFacts {
  const members = places.filter(({ configCluster }) => configCluster === undefined);
  const names = members.map(({ name }) => name);
  const serving = new Map(members.map((place) => [place.name, servedBy(place, places)]));
  const networks = new Map(members.map(({ found, name }) => [name, networkOf(found)]));
  const hasOtherGateways = places.some(({ found }) => found.hasOtherGateways);
  const isCalled = (name: string): boolean =>
    places.some((place) => networks.get(place.configCluster ?? place.name) !== networks.get(name) && has(place, name));
  const clusters = members.map(({ found, hasIstiod, name }): ClusterFacts => {
    const controlPlane = serving.get(name) ?? "";
    const external = places.find((place) => place.name === controlPlane)?.configCluster;
    const gateway = gatewayOf(found, { hasOtherGateways, isCalled: isCalled(name) });
    return {
      name,
      network: networks.get(name) ?? "",
      controlPlane,
      configCluster: hasIstiod ? name : (external ?? controlPlane),
      reaches: names,
      ...(gateway === undefined ? {} : { eastWestGateway: gateway }),
    };
  });
  const readers = places.filter((place) => place.hasIstiod || serving.get(place.name) === place.name);
  return {
    id: mostCommon(places.flatMap(({ found: { seen } }) => meshIdsOf(seen))) ?? "",
    origin: "clusters",
    sites: places.map(({ name }) => name),
    clusters,
    controlPlanes: readers.map((reader): ControlPlaneFacts => ({
      name: reader.name,
      kind: reader.configCluster === undefined ? "primary" : "external",
      configCluster: reader.configCluster ?? reader.name,
      serves: clusters.filter(({ controlPlane }) => controlPlane === reader.name).map(({ name }) => name),
      reads: readsOf(reader, { places, readers, names }),
    })),
    namespaces: [],
  };
}

/**
 * The clusters that an istiod is to read: those that it reads, and those of which only the other direction is there. Of an
 * istiod that reads nobody, and of a cluster that nobody reads, that is everybody: else they would be no part of the mesh.
 */
function readsOf(
  reader: Place,
  { names, places, readers }: { places: readonly Place[]; readers: readonly Place[]; names: readonly string[] },
): string[] {
  // How one is called that tells nothing is not known.
  const isSilent = (name: string): boolean =>
    places.some((place) => place.name === name && place.found.seen.trouble !== undefined);
  const own = reader.configCluster ?? reader.name;
  const others = names.filter((name) => name !== own);
  const readsNobody = !others.some((name) => has(reader, name));
  return others.filter((name) => {
    const target = readers.find((place) => place.name === name);
    if (isSilent(name)) return has(reader, name);
    const isReadByNobody = !readers.some((place) => place.name !== name && has(place, name));
    return readsNobody || isReadByNobody || has(reader, name) || (target !== undefined && has(target, own));
  });
}

/** Whether a place has a kubeconfig of a cluster. */
function has({ found: { seen } }: Place, name: string): boolean {
  return (seen.remoteKubeconfigs ?? []).some(({ key }) => key === name);
}

/** The cluster whose istiod serves one; empty where that is none of these clusters. */
function servedBy({ found, hasIstiod: isOwn, name }: Place, places: readonly Place[]): string {
  if (isOwn) return name;
  const istiods = places.filter((place) => place.hasIstiod);
  const external = istiods.find(({ configCluster }) => configCluster === name);
  const named = istiods.find((place) => found.controlPlaneClusters.includes(place.name));
  const readers = istiods.filter(({ found: { seen } }) =>
    (seen.remoteKubeconfigs ?? []).some(({ isLabelled, key }) => isLabelled && key === name),
  );
  const server = external ?? named ?? (readers.length === 1 ? readers[0] : undefined);
  if (server !== undefined) return server.name;
  // With an injector it is served by somebody, who runs elsewhere; without, an istiod of its own is missing.
  const { trouble, webhooks } = found.seen;
  const isServed = webhooks === undefined || webhooks.some(({ kind }) => kind === "injector");
  return isServed || trouble !== undefined ? "" : name;
}

/** The network that a cluster says it is on, by `istio-system`, else by its gateway; empty where it says none. */
function networkOf({ seen }: FoundCluster): string {
  const system = seen.namespaces?.find(({ name }) => name === systemNamespace);
  return system?.labels[networkLabel] ?? gatewayServiceOf(seen)?.metadata?.labels?.[networkLabel] ?? "";
}

function gatewayServiceOf({ system }: ClusterSnapshot): Service | undefined {
  const { services = [] } = system ?? {};
  const called = services.find(({ metadata }) => metadata?.name === eastWestGatewayName);
  return called ?? services.find(({ metadata }) => metadata?.labels?.[networkLabel] !== undefined);
}

/**
 * The gateway of a cluster, be it missing where another network calls. Where gateways are known otherwise, none is missed, and
 * a Service need neither say its network nor have an address of Kubernetes.
 */
function gatewayOf(
  { seen }: FoundCluster,
  { hasOtherGateways, isCalled }: { readonly hasOtherGateways: boolean; readonly isCalled: boolean },
): GatewayFacts | undefined {
  const service = gatewayServiceOf(seen);
  if (service === undefined) {
    return isCalled && !hasOtherGateways ? { type: "LoadBalancer", port: crossNetworkPort } : undefined;
  }
  const { name = eastWestGatewayName, labels = {} } = service.metadata ?? {};
  const port = Number(labels[gatewayPortLabel] ?? crossNetworkPort);
  const addresses = hasOtherGateways || service.spec?.type !== "LoadBalancer" ? { addresses: [] } : {};
  return {
    type: service.spec?.type === "LoadBalancer" ? "LoadBalancer" : "NodePort",
    ...addresses,
    port,
    service: name,
  };
}

function hasIstiod({ system }: ClusterSnapshot): boolean {
  return system?.deployments.some(({ metadata }) => metadata?.labels?.["app"] === "istiod") === true;
}

/** Of the istiods there, those with a revision among them. */
function meshIdsOf({ meshConfig = "none", revisionMeshConfigs = [] }: ClusterSnapshot): string[] {
  const all = [...(meshConfig === "none" ? [] : [meshConfig]), ...revisionMeshConfigs];
  return [...new Set(all.flatMap(({ meshId }) => meshId ?? []))];
}

function mostCommon(words: readonly string[]): string | undefined {
  const counted = [...Map.groupBy(words, (word) => word)].map(([word, { length }]) => ({ word, length }));
  return counted.toSorted((one, other) => other.length - one.length)[0]?.word;
}

function renamed(seen: ClusterSnapshot, name: string): ClusterSnapshot {
  return {
    ...seen,
    cluster: name,
    ...(seen.system === undefined ? {} : { system: { ...seen.system, cluster: name } }),
  };
}

/**
 * What of a cluster can be judged without its configuration: what leads out of the clusters that are known is told of as not
 * looked at.
 */
function asJudged(seen: ClusterSnapshot, places: readonly Place[]): ClusterSnapshot {
  const { authority, istiods, otherIstiods = [], remoteKubeconfigs, unread, webhooks, ...others } = seen;
  const isKnown = (one: RemoteKubeconfigSeen): boolean =>
    places.some(({ found, name }) => one.key === name || leadsTo(one, found.seen));
  const strange = (remoteKubeconfigs ?? []).filter((one) => one.isLabelled && !isKnown(one));
  return {
    ...others,
    // Roots may come from elsewhere, as by istio-csr: that they differ is judged by what is published.
    ...(authority === undefined || authority === "none" ? {} : { authority }),
    ...(remoteKubeconfigs === undefined ? {} : { remoteKubeconfigs: remoteKubeconfigs.filter(isKnown) }),
    // One that nobody has told its cluster's name says another than those that read it.
    ...(istiods === undefined ? {} : { istiods: istiods.map((one) => withoutItself(one, seen.cluster)) }),
    // An istiod may run in another namespace, of which nothing is known.
    ...(webhooks === undefined
      ? {}
      : { webhooks: webhooks.filter(({ service }) => service === undefined || service.namespace === systemNamespace) }),
    unread: [
      ...unread,
      ...strange.map(({ key }) => ({
        what: `the cluster ${key}, which istiod reads`,
        reason: "no context is given for it, or none whose token it is",
      })),
      ...otherIstiods.map(({ name, namespace }) => ({
        what: `istiod ${name} in ${namespace}`,
        reason: `one outside ${systemNamespace} may be meant, for other clusters or namespaces`,
      })),
    ],
  };
}

function withoutItself({ remotes, ...others }: IstiodSeen, name: string): IstiodSeen {
  if (remotes === undefined) return others;
  return { ...others, remotes: remotes.filter(({ id, secretName }) => secretName !== undefined || id === name) };
}
