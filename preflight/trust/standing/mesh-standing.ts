import type { X509Certificate } from "node:crypto";
import type { MeshPlan } from "../../../topology";
import {
  bundleOf,
  issuerOf,
  sameBundle,
  sameIssuer,
  type Bundle,
  type ClusterStanding,
  type Issuer,
  type MeshStanding,
} from "../../../trust/rotation";
import type { ClusterTrust, ProxyTrust } from "./cluster-trust";

/** Where a mesh stands as far as it could be read, and what could not be. */
export interface StandingReading {
  /** Without the clusters of which nothing is known. */
  readonly standing: MeshStanding;
  /** What is not known, by cluster, each in words: it counts as lagging, and nothing is safe with it. */
  readonly unknown: readonly UnknownPart[];
}

/** Something of a cluster that could not be read. */
export interface UnknownPart {
  readonly cluster: string;
  readonly words: string;
}

/** What an istiod gives the clusters that it serves, as certificates. */
export interface Configured {
  /** What it signs with, and what is presented with it. */
  readonly chain: readonly X509Certificate[];
  readonly roots: readonly X509Certificate[];
}

/** What clusters show, by their names. */
export type Trusts = ReadonlyMap<string, ClusterTrust>;

/** Where the clusters of a mesh stand, for the verifier of changes. Pure. */
export function meshStanding(plan: MeshPlan, trusts: Trusts): StandingReading {
  const roots = knownRoots(trusts);
  const issuers = remembered((chain: readonly X509Certificate[]) => issuerOf(chain, roots));
  const bundles = remembered(bundleOf);
  const standing: ClusterStanding[] = [];
  const unknown: UnknownPart[] = [];
  for (const { name: cluster, controlPlane } of plan.clusters) {
    const own = trusts.get(cluster);
    unknown.push(...unknownIn(cluster, controlPlane, trusts));
    const configured = configuredFor(plan, cluster, trusts);
    const issuer = issuers(configured?.chain ?? []);
    if (own === undefined || configured === undefined || issuer === undefined || configured.roots.length === 0) {
      unknown.push({ cluster, words: "what its istiod signs with and gives to trust is not known" });
      continue;
    }
    const published = [own.published ?? [], ...own.copies.map((copy) => copy.roots)].filter(({ length }) => length > 0);
    standing.push({
      cluster,
      controlPlane,
      configuration: { roots: bundles(configured.roots), issuer },
      bundles: distinct<Bundle>([...own.proxies.map((proxy) => proxy.roots), ...published].map(bundles), sameBundle),
      leaves: distinct<Issuer>(
        own.proxies.map((proxy) => issuers(proxy.issuers)).filter((one) => one !== undefined),
        sameIssuer,
      ),
    });
  }
  return { standing, unknown };
}

/** What the istiod of a cluster gives it; undefined where that cannot be told. Pure. */
export function configuredFor(plan: MeshPlan, cluster: string, trusts: Trusts): Configured | undefined {
  const site = plan.clusters.find(({ name }) => name === cluster)?.controlPlane ?? cluster;
  const plane = trusts.get(site);
  const served = plan.clusters.filter(({ controlPlane }) => controlPlane === site);
  const chain = signingChain(
    plane,
    served.flatMap(({ name }) => trusts.get(name)?.proxies ?? []),
  );
  // An istiod outside of the mesh publishes nothing in its own cluster.
  const published = [site, cluster, ...served.map(({ name }) => name)]
    .map((name) => trusts.get(name)?.published)
    .find((roots) => roots !== undefined && roots.length > 0);
  const roots = published ?? plane?.authority?.roots;
  return chain === undefined || roots === undefined ? undefined : { chain, roots };
}

/** Whether the CA of a Secret is the one that istiod says to have; undefined where it says nothing. */
export function isTakenUp({ authority, takenUpUntil }: ClusterTrust): boolean | undefined {
  if (authority === undefined || authority.chain.length === 0 || takenUpUntil === undefined) return undefined;
  return endsAt(authority.chain, takenUpUntil);
}

/** Of a longer chain istiod tells of one certificate alone. */
function endsAt(chain: readonly X509Certificate[], end: Date): boolean {
  return chain.some(({ validToDate }) => validToDate.getTime() === end.getTime());
}

/** What a Secret says, unless istiod has not taken it up: then, and without one, the newest leaf shows who signs. */
function signingChain(
  plane: ClusterTrust | undefined,
  proxies: readonly ProxyTrust[],
): readonly X509Certificate[] | undefined {
  const { authority, takenUpUntil } = plane ?? {};
  const said = authority === undefined ? undefined : [...authority.chain, ...authority.roots];
  if (plane !== undefined && said !== undefined && isTakenUp(plane) !== false) return said;
  const [newest] = proxies
    .filter(({ issuers }) => issuers.length > 0)
    .filter(({ issuers }) => takenUpUntil === undefined || endsAt(issuers, takenUpUntil))
    .sort((one, other) => other.leaf.notBefore.getTime() - one.leaf.notBefore.getTime());
  return newest?.issuers ?? said;
}

/** Every root that somebody trusts, or is about to, each once. */
export function knownRoots(trusts: Trusts): X509Certificate[] {
  const bundles = new Set(
    [...trusts.values()].flatMap(({ authority, published, copies, proxies }) => [
      authority?.roots ?? [],
      published ?? [],
      ...copies.map(({ roots }) => roots),
      ...proxies.map(({ roots }) => roots),
    ]),
  );
  return [...new Map([...bundles].flat().map((root) => [root.fingerprint256, root])).values()];
}

function unknownIn(cluster: string, controlPlane: string, trusts: Trusts): UnknownPart[] {
  const own = trusts.get(cluster);
  const plane = controlPlane === cluster ? undefined : trusts.get(controlPlane);
  return [
    ...(own === undefined ? ["it could not be asked"] : own.troubles),
    ...(plane?.troubles.map((trouble) => `its istiod in ${controlPlane}: ${trouble}`) ?? []),
    ...(own?.unread.map(({ namespace, pod, reason }) => `${namespace}/${pod}: ${reason}`) ?? []),
  ].map((words) => ({ cluster, words }));
}

function distinct<Thing>(things: readonly Thing[], same: (one: Thing, other: Thing) => boolean): Thing[] {
  // Most are one and the same object, since what many have in common is read once.
  const different = [...new Set(things)];
  return different.filter((thing, at) => different.findIndex((other) => same(other, thing)) === at);
}

function remembered<Key extends object, Value>(make: (key: Key) => Value): (key: Key) => Value {
  const made = new Map<Key, Value>();
  return (key) => {
    const known = made.get(key) ?? make(key);
    made.set(key, known);
    return known;
  };
}
