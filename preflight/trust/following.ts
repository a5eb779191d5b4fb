import type { X509Certificate } from "node:crypto";
import type { ClusterReach } from "../../access/cluster-access";
import type { Environment } from "../../access/kubeconfig/kubeconfig-file";
import { configurationPath, listed, sitesOf, type MeshPlan, type Problem } from "../../topology";
import { certificatesIn } from "../../trust";
import {
  bundleOf,
  configurationsOf,
  issuerOf,
  keyIdOf,
  sameBundle,
  sameIssuer,
  unsafe,
  type Change,
  type Configuration,
  type Counterexample,
  type Issuer,
  type MeshStanding,
} from "../../trust/rotation";
import { standingAmong } from "../checks/stack-knowledge";
import {
  changesRoots,
  generatedIn,
  generatedIssuerOf,
  issuedAnew,
  judgeRootChange,
  type RootChange,
} from "./root-change";
import type { ProxyName } from "./standing/cluster-trust";
import { knownRoots, meshStanding, type Trusts } from "./standing/mesh-standing";
import { namingBy } from "./standing/naming";
import { readMeshTrust } from "./standing/read-mesh";

/** How many of those that lag are named. */
const shownNames = 3;

/**
 * What keeps the roots of a standing mesh from being changed: what its clusters trust and sign with, and, where roots change
 * at all, what every running proxy has. What an istiod has been given is no measure for that: a proxy learns of it with its
 * next certificate, half a day later by default.
 * @param following Asks the proxies ({@link followingProblems}). Not called where no root changes.
 */
export async function rootChangeProblems(
  change: RootChange,
  following: () => Promise<readonly Problem[]>,
): Promise<readonly Problem[]> {
  const problems = judgeRootChange(change);
  return problems.length > 0 || !changesRoots(change) ? problems : following();
}

/**
 * Asks every running proxy of the clusters that stand, and judges by it.
 * @param access Clusters that are asked. Others count as such that have not followed.
 */
export async function followingProblems(
  change: RootChange,
  access: ReadonlyMap<string, ClusterReach>,
  environment?: Environment,
): Promise<readonly Problem[]> {
  const { plan, knowledge } = change;
  const standing = standingAmong(sitesOf(plan), knowledge);
  const asked = [...access].filter(([site]) => standing.some(({ name }) => name === site));
  const from = environment === undefined ? {} : { environment };
  return judgeFollowing(change, await readMeshTrust({ plan, access: new Map(asked), ...from }));
}

/** What keeps a change of roots from being made while something has not followed what was changed before. Pure. */
export function judgeFollowing(change: RootChange, trusts: Trusts): Problem[] {
  const plan = standingPlan(change);
  const wanted = wantedRoots(change, trusts);
  const { standing, unknown } = meshStanding(plan, trusts, wanted);
  const steps = stepsOf(change, standing, trusts, wanted);
  if (steps.every(({ size }) => size === 0)) return [];
  const roots = configurationPath("trust", "roots");
  const naming = namingBy(trusts, [...wanted, ...givenIn(change)]);
  const [first] = steps.flatMap((step) => {
    const found = unsafe(standing, step, naming);
    return found === undefined ? [] : [{ found, step }];
  });
  return [
    ...(first === undefined ? [] : [losesCalls(first.found, { change, standing, step: first.step, trusts, wanted })]),
    ...(unknown.length === 0
      ? []
      : [
          {
            path: roots,
            expected:
              "an answer of every cluster and every running proxy, since roots change, and what does not say what it has counts as one that has not followed",
            found: listed(
              unknown.map(({ cluster, words }) => `${cluster}: ${words}`),
              shownNames,
            ),
            fix: "Mend what keeps them from being read, or delete pods that nobody needs, and run again; `isthmus trust status` has all of them.",
          },
        ]),
  ];
}

/** The plan as far as it stands: a cluster that is new has nobody who would have to follow. */
function standingPlan({ plan, knowledge }: RootChange): Pick<MeshPlan, "clusters"> {
  return { clusters: standingAmong(plan.clusters, knowledge) };
}

/** The roots that everybody is to trust. One that the stack makes itself is known by what istiods sign under. */
function wantedRoots(change: RootChange, trusts: Trusts): X509Certificate[] {
  const { plan, material } = change;
  const given = certificatesIn(material.rootsPem ?? "");
  if (plan.trust.root !== "generated") return given;
  const own = new Set(generatedIn(change));
  return [...knownRoots(trusts).filter(({ fingerprint256 }) => own.has(fingerprint256)), ...given];
}

/** The intermediates that were made elsewhere. */
function givenIn({ material }: RootChange): X509Certificate[] {
  return [...material.intermediates.values()].flatMap((found) =>
    "certificatePem" in found ? certificatesIn(found.certificatePem) : [],
  );
}

/**
 * What the update may change of istiods. Where another issuer of cert-manager begins to sign it is not known to which root
 * it leads: then there is one step for each that it may be, and all must be safe.
 */
function stepsOf(
  change: RootChange,
  standing: MeshStanding,
  trusts: Trusts,
  wanted: readonly X509Certificate[],
): readonly Change[] {
  if (issuedAnew(change).length === 0) return [stepOf(change, standing, trusts, wanted)];
  return wanted.map((root) => stepOf(change, standing, trusts, wanted, root));
}

/** Stands for the key of an intermediate that is yet to be issued. */
const keyToCome = "issued by this update";

/**
 * What the update changes of istiods: not of those whose Secret says it already, or is somebody else's.
 * @param issuing The root to which issuers lead that begin to sign.
 */
function stepOf(
  change: RootChange,
  standing: MeshStanding,
  trusts: Trusts,
  wanted: readonly X509Certificate[],
  issuing?: X509Certificate,
): Change {
  const { material, plan } = change;
  const known = [...knownRoots(trusts), ...wanted];
  const roots = bundleOf(wanted);
  return new Map(
    [...configurationsOf(standing)].flatMap(([site, had]): [string, Configuration][] => {
      const found = material.intermediates.get(site);
      if (found !== undefined && !("certificatePem" in found)) return [];
      if (!plan.controlPlanes.some(({ name }) => name === site)) return [];
      if (issuing !== undefined && issuedAnew(change).includes(site))
        return [[site, { roots, issuer: { keyId: keyToCome, anchors: [{ root: keyIdOf(issuing) }] } }]];
      const said = trusts.get(site)?.authority;
      const saidIssuer = said && issuerOf([...said.chain, ...said.roots], known);
      const issuer =
        found === undefined
          ? underGenerated(change, site, saidIssuer ?? had.issuer, known)
          : (issuerOf([...certificatesIn(found.certificatePem), ...wanted], known) ?? had.issuer);
      const isSaid =
        said !== undefined &&
        saidIssuer !== undefined &&
        sameBundle(bundleOf(said.roots), roots) &&
        sameIssuer(saidIssuer, issuer);
      return isSaid ? [] : [[site, { roots, issuer }]];
    }),
  );
}

/** An intermediate of the stack's own keeps its key when another of the stack's roots signs it. */
function underGenerated(change: RootChange, site: string, issuer: Issuer, known: readonly X509Certificate[]): Issuer {
  const wanted = generatedIssuerOf(change, site);
  const root = known.find(({ fingerprint256 }) => fingerprint256 === wanted);
  return root === undefined ? issuer : { keyId: issuer.keyId, anchors: [{ root: keyIdOf(root) }] };
}

interface Judged {
  readonly change: RootChange;
  readonly standing: MeshStanding;
  readonly step: Change;
  readonly trusts: Trusts;
  readonly wanted: readonly X509Certificate[];
}

function losesCalls(found: Counterexample, judged: Judged): Problem {
  const { change, standing, step } = judged;
  const presenting = standing.find(({ cluster }) => cluster === found.presents.cluster);
  const site = presenting?.controlPlane ?? found.presents.cluster;
  const to = step.get(site);
  const isNewIssuer =
    presenting !== undefined &&
    to !== undefined &&
    sameIssuer(found.presents.issuer, to.issuer) &&
    !sameIssuer(presenting.configuration.issuer, to.issuer);
  const lagging = laggingBy(found, judged);
  return {
    path:
      isNewIssuer && change.material.intermediates.has(site)
        ? configurationPath("trust", "intermediates", site)
        : configurationPath("trust", "roots"),
    expected: "a change of roots that loses no call, whatever has not followed yet",
    found: found.words,
    fix:
      lagging.length === 0
        ? "Change it in steps: both roots trusted everywhere, then new intermediates one by one, then the former root dropped, each once `isthmus trust status` says that all have followed (docs/trust.md)."
        : `Wait until \`isthmus trust status\` says that all have followed, at half of their certificates' lifetime, 12 hours by default; or restart what has not: ${listed(
            lagging.map(({ namespace, pod }) => `${namespace}/${pod}`),
            shownNames,
          )}. Then run again (docs/trust.md).`,
  };
}

/** The proxies that present what is refused, or refuse it, and would not if they had followed. */
function laggingBy({ presents, refuses }: Counterexample, { standing, trusts, wanted }: Judged): ProxyName[] {
  const known = [...knownRoots(trusts), ...wanted];
  const configured = (cluster: string): Configuration | undefined =>
    standing.find((one) => one.cluster === cluster)?.configuration;
  const [giving, given] = [configured(presents.cluster)?.issuer, configured(refuses.cluster)?.roots];
  const isLateLeaf = giving !== undefined && !sameIssuer(giving, presents.issuer);
  const isLateBundle = given !== undefined && !sameBundle(given, refuses.bundle);
  const presenting = trusts.get(presents.cluster)?.proxies ?? [];
  const refusing = trusts.get(refuses.cluster)?.proxies ?? [];
  return [
    ...new Set([
      ...(isLateLeaf
        ? presenting.filter(({ issuers }) => {
            const issuer = issuerOf(issuers, known);
            return issuer !== undefined && sameIssuer(issuer, presents.issuer);
          })
        : []),
      ...(isLateBundle ? refusing.filter(({ roots }) => sameBundle(bundleOf(roots), refuses.bundle)) : []),
    ]),
  ];
}
