import { sameBundle, sameIssuer, type Bundle, type Issuer } from "./handshake";

/** What an istiod is told by its Secret `cacerts`. */
export interface Configuration {
  /** root-cert.pem: what it tells proxies to trust, in the order in which it stands there. */
  readonly roots: Bundle;
  /** ca-cert.pem with cert-chain.pem: what it signs with. */
  readonly issuer: Issuer;
}

/** Where one cluster stands, as it shows itself: never from what somebody remembers to have done. */
export interface ClusterStanding {
  /** Its name in the mesh. */
  readonly cluster: string;
  /** The cluster whose istiod signs for it; itself where it runs its own. */
  readonly controlPlane: string;
  /**
   * What this istiod has taken up, which is not always what its Secret says by now: the roots that it writes into the
   * ConfigMaps `istio-ca-root-cert`, and the issuer of the certificate that it serves with.
   */
  readonly configuration: Configuration;
  /** Bundles that were seen at its proxies and gateways, and in its ConfigMaps `istio-ca-root-cert`. Some lag. */
  readonly bundles: readonly Bundle[];
  /** Issuers of the leaves that its proxies, gateways and istiods were seen to present. */
  readonly leaves: readonly Issuer[];
}

/** Where all clusters of a mesh stand. One that could not be read is not to be left out: nothing is safe without it. */
export type MeshStanding = readonly ClusterStanding[];

/** What becomes of istiods, by their clusters; those that are left out stay as they are. */
export type Change = ReadonlyMap<string, Configuration>;

/** A bundle or an issuer that may be met, and why. */
export interface Possible<Thing> {
  readonly thing: Thing;
  /** It has shown itself, or an istiod gives it and it will, or a change brings it. */
  readonly from: "seen" | "configured" | "changed";
}

/** The bundles that a proxy of this cluster may have from now on, however it lags. */
export function possibleBundles(standing: ClusterStanding, change: Change = new Map()): Possible<Bundle>[] {
  const { bundles, configuration, controlPlane } = standing;
  return possible(sameBundle, bundles, configuration.roots, change.get(controlPlane)?.roots);
}

/** The issuers of leaves that may be met in this cluster from now on, however its workloads lag. */
export function possibleIssuers(standing: ClusterStanding, change: Change = new Map()): Possible<Issuer>[] {
  const { leaves, configuration, controlPlane } = standing;
  return possible(sameIssuer, leaves, configuration.issuer, change.get(controlPlane)?.issuer);
}

/** Whether everything in this cluster is as its istiod is told: nothing lags. */
export function isSettled({ bundles, leaves, configuration }: ClusterStanding): boolean {
  return (
    bundles.every((bundle) => sameBundle(bundle, configuration.roots)) &&
    leaves.every((issuer) => sameIssuer(issuer, configuration.issuer))
  );
}

/** Where the mesh stands when a change was made and everything has followed. */
export function afterwards(mesh: MeshStanding, change: Change): MeshStanding {
  return mesh.map((standing) => {
    const configuration = change.get(standing.controlPlane) ?? standing.configuration;
    return { ...standing, configuration, bundles: [configuration.roots], leaves: [configuration.issuer] };
  });
}

/** What each istiod has, by its cluster. */
export function configurationsOf(mesh: MeshStanding): ReadonlyMap<string, Configuration> {
  return new Map(mesh.map(({ controlPlane, configuration }) => [controlPlane, configuration]));
}

/** What a change brings is its doing, though laggards may still show it from earlier; what an istiod gives already is not. */
function possible<Thing>(
  same: (one: Thing, other: Thing) => boolean,
  seen: readonly Thing[],
  configured: Thing,
  changed: Thing = configured,
): Possible<Thing>[] {
  const isSeen = seen.some((thing) => same(thing, configured));
  const all: Possible<Thing>[] = [
    { thing: configured, from: isSeen ? "seen" : "configured" },
    { thing: changed, from: "changed" },
    ...seen.map((thing) => ({ thing, from: "seen" as const })),
  ];
  return all.filter(({ thing }, at) => all.findIndex((other) => same(other.thing, thing)) === at);
}
