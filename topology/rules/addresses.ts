import { describeFound } from "../found";
import { isOwnMachine } from "../loopback";
import { configurationPath } from "../path";
import type { Problem } from "../problem";
import { contains, parseAddress, parseRange, writeAddress, type AddressRange } from "../ranges";
import { clustersOf, controlPlaneOf, externalsOf } from "./draft";
import type { Doubts, MeshDraft } from "./rule";
import { called } from "./words";

/** An address that other clusters are told. */
interface Told {
  readonly path: string;
  readonly address: string;
  readonly ports: readonly number[];
  /** What is there: two that are the same may share an address. */
  readonly what: string;
}

/** Ports at which istiod is reached from other clusters (Istio's ports for proxies and for its webhooks). */
const istiodPorts = [15012, 15017];

function toldAddresses(mesh: MeshDraft, doubts: Doubts): Told[] {
  const gateways = clustersOf(mesh).flatMap(([name, { network, eastWestGateway }]) =>
    (eastWestGateway?.addresses ?? []).flatMap((address, index): Told[] => {
      if (address === undefined || network === undefined) return [];
      const isKnown = !["type", "port"].some((key) => doubts.about("clusters", name, "eastWestGateway", key));
      const { type, port = type === "NodePort" ? undefined : 15443 } = eastWestGateway ?? {};
      return [
        {
          path: configurationPath("clusters", name, "eastWestGateway", "addresses", index),
          address,
          ports: port === undefined || !isKnown ? [] : [port],
          what: `the gateway of network ${called(network)}`,
        },
      ];
    }),
  );
  const istiods = [
    ...clustersOf(mesh).map(([name, settings]) => ["clusters", name, settings] as const),
    ...externalsOf(mesh).map(([name, settings]) => ["externalControlPlanes", name, settings] as const),
  ].flatMap(([place, name, { exposedIstiod }]): Told[] => {
    if (exposedIstiod?.address === undefined) return [];
    const path = configurationPath(place, name, "exposedIstiod", "address");
    return [{ path, address: exposedIstiod.address, ports: istiodPorts, what: `istiod of ${called(name)}` }];
  });
  return [...gateways, ...istiods];
}

/** Addresses of one cable, which no router hands on; Kubernetes takes them for no endpoint (validation, ValidateEndpointIP). */
const linkLocal = ["169.254.0.0/16", "fe80::/10"].map((text) => parseRange(text) as AddressRange);

/** Why nobody elsewhere reaches an address; undefined where it may be. */
function whyUnreached(address: string): string | undefined {
  if (isOwnMachine(address)) return "which is for each of them itself";
  return isLinkLocal(address) ? "a link-local one, which is good on one cable alone" : undefined;
}

/** Whether an address is good on one cable alone. */
export function isLinkLocal(address: string): boolean {
  const read = parseAddress(address);
  return read !== undefined && linkLocal.some((range) => contains(range, read));
}

export function addressesReachOthers(mesh: MeshDraft, doubts: Doubts): readonly Problem[] {
  return toldAddresses(mesh, doubts)
    .flatMap(({ path, address }) => {
      const why = whyUnreached(address);
      return why === undefined ? [] : [{ path, address, why }];
    })
    .map(({ path, address, why }) => ({
      path,
      expected: "an address that other clusters can reach",
      found: `${describeFound(address)}, ${why}`,
      fix: "Write the address of the load balancer, of the nodes, or of what stands before them.",
    }));
}

export function oneAddressOneThing(mesh: MeshDraft, doubts: Doubts): readonly Problem[] {
  const owners = new Map<string, string>();
  return toldAddresses(mesh, doubts).flatMap(({ path, address, ports, what }) => {
    if (isOwnMachine(address)) return [];
    for (const port of ports) {
      const endpoint = `${canonical(address)} ${port}`;
      const owner = owners.get(endpoint) ?? what;
      owners.set(endpoint, owner);
      if (owner === what) continue;
      return [
        {
          path,
          expected: `an address at which nothing else answers on port ${port}`,
          found: `${describeFound(address)}, that of ${owner}`,
          fix: "Write the address of each; gateways may also share one and differ in their `port`.",
        },
      ];
    }
    return [];
  });
}

/** One text for one address, however it is written. */
function canonical(address: string): string {
  const read = parseAddress(address);
  return read === undefined ? address.toLowerCase() : writeAddress(read);
}

export function apiServersReachable(mesh: MeshDraft): readonly Problem[] {
  return clustersOf(mesh).flatMap(([name, cluster]) => {
    const url = cluster.apiServer?.url;
    if (url === undefined || !isOwnMachine(new URL(url).hostname) || !isReadFromElsewhere(mesh, name)) return [];
    return [
      {
        path: configurationPath("clusters", name, "apiServer", "url"),
        expected: "an API server that the other clusters can reach",
        found: `${describeFound(url)}, which is for each of them itself`,
        fix: "Write the address at which pods of the other clusters reach it; for kind that is what `kind get kubeconfig --internal` prints.",
      },
    ];
  });
}

/** Whether an istiod in another Kubernetes cluster reads this one. */
function isReadFromElsewhere(mesh: MeshDraft, name: string): boolean {
  const cluster = clustersOf(mesh).find(([other]) => other === name)?.[1];
  if (cluster !== undefined && controlPlaneOf(name, cluster) !== name) return true;
  const primaries = clustersOf(mesh).filter(([other, settings]) => controlPlaneOf(other, settings) === other);
  return [...primaries, ...externalsOf(mesh)].some(
    ([other, { peers }]) => other !== name && (peers === undefined || peers.includes(name)),
  );
}

export function oneApiServerACluster(mesh: MeshDraft): readonly Problem[] {
  const owners = new Map<string, string>();
  return clustersOf(mesh).flatMap(([name, { apiServer }]) => {
    if (apiServer?.url === undefined) return [];
    // A proxy may tell the clusters behind it apart by the name that it is asked for.
    const key = JSON.stringify([new URL(apiServer.url).href.replace(/\/+$/, ""), apiServer.tlsServerName]);
    const owner = owners.get(key);
    if (owner === undefined) owners.set(key, name);
    if (owner === undefined) return [];
    return [
      {
        path: configurationPath("clusters", name, "apiServer", "url"),
        expected: "an API server of its own",
        found: `that of cluster ${called(owner)}, ${describeFound(apiServer.url)}`,
        fix: `Write the URL of ${called(name)}: as it is, its services would be looked for in ${called(owner)}.`,
      },
    ];
  });
}
