import { type X509Certificate } from "node:crypto";
import {
  configurationPath,
  distinctProblems,
  firstRoot,
  generatedRootsOf,
  issuerRefOf,
  issuingRootOf,
  listed,
  mayChangeRoots,
  sitesOf,
  type MeshPlan,
  type Problem,
} from "../../topology";
import { certificatesIn, rootOf, type TrustMaterial } from "../../trust";
import type { ClusterSighting } from "../checks/cluster-identity";
import { issuerPath } from "../checks/issued-intermediate";
import { knownAs, standingAmong, type StackKnowledge } from "../checks/stack-knowledge";

/** What is asked of a change of roots. */
export interface RootChange {
  readonly plan: MeshPlan;
  readonly material: TrustMaterial;
  /** What the clusters were seen to be, by the plan's names; without those that told nothing. */
  readonly sightings: ReadonlyMap<string, ClusterSighting>;
  readonly knowledge: StackKnowledge;
}

/**
 * What keeps the roots of a standing mesh from being changed in one step: calls between two workloads need that each trusts
 * the root that the other's certificate leads to, at every moment of the update, in whatever order clusters come to it. So a
 * root is trusted everywhere before anything is signed under it, and is trusted until nothing is. Pure.
 */
export function judgeRootChange(change: RootChange): Problem[] {
  const { plan, material, knowledge } = change;
  const standing = standingAmong(sitesOf(plan), knowledge);
  const isGenerated = plan.trust.root === "generated";
  // A stack whose only root is not known by its name has only that one.
  const isKnown = mayChangeRoots(plan) || knowledge.generatedRoots?.has(firstRoot) === true;
  if (standing.length === 0 || !isKnown) return [];
  const wanted = certificatesIn(material.rootsPem ?? "");
  const names = standing.map(({ name }) => name);
  return [
    ...droppedRoots(change, wanted, names),
    ...(isGenerated ? untrustedRoots(change, names) : unknownRoots(change, wanted, names)),
    ...rootsOfIssuers(change, wanted, names),
  ];
}

/**
 * Whether the roots change for some cluster that stands: an istiod is to sign under another one, or one is dropped that a
 * cluster trusts. Only then does it matter what proxies have. Pure.
 */
export function changesRoots(change: RootChange): boolean {
  const { plan, material, knowledge, sightings } = change;
  const wanted = certificatesIn(material.rootsPem ?? "");
  const standing = standingAmong(sitesOf(plan), knowledge);
  const signsAnew = [...material.intermediates].some(([site, found]) => {
    if (!("certificatePem" in found) || !standing.some(({ name }) => name === site)) return false;
    const root = rootOf(certificatesIn(found.certificatePem), wanted);
    return root !== undefined && issuerRootOf(change, site) !== root.fingerprint256;
  });
  const isUnderAnother = plan.controlPlanes.some(({ name }) => {
    const root = generatedIssuerOf(change, name);
    return root !== undefined && standing.some((site) => site.name === name) && issuerRootOf(change, name) !== root;
  });
  const kept = new Set([...generatedIn(change), ...wanted.map(({ fingerprint256 }) => fingerprint256)]);
  return (
    signsAnew ||
    isUnderAnother ||
    issuedAnew(change).some((site) => standing.some(({ name }) => name === site)) ||
    standing.some(({ name }) => {
      const system = sightings.get(name)?.system;
      return system?.kind === "ours" && system.roots.some((root) => !kept.has(root));
    })
  );
}

/**
 * Fingerprints of the roots that the stack makes and keeps, as far as they are there; of a stack that does not call them by
 * names, those under which istiods sign. Pure.
 */
export function generatedIn(change: RootChange): readonly string[] {
  const { knowledge, plan } = change;
  if (plan.trust.root !== "generated") return [];
  const known = generatedRootsOf(plan).flatMap((name) => knowledge.generatedRoots?.get(name) ?? []);
  return known.length > 0 ? known : plan.controlPlanes.flatMap(({ name }) => issuerRootOf(change, name) ?? []);
}

/** Fingerprint of the generated root under which an istiod is to sign; undefined where none is, or it is yet to be made. Pure. */
export function generatedIssuerOf({ knowledge, plan }: RootChange, site: string): string | undefined {
  return plan.trust.root === "generated" ? knowledge.generatedRoots?.get(issuingRootOf(plan, site)) : undefined;
}

/**
 * Clusters whose istiods are to sign with what another issuer of cert-manager than until now gives, or any, and which root
 * that leads to is not known before it has. One that cannot be asked is not changed. Pure.
 */
export function issuedAnew({ plan, sightings }: RootChange): readonly string[] {
  return plan.controlPlanes.flatMap(({ name }) => {
    const wanted = issuerRefOf(plan, name);
    const system = sightings.get(name)?.system;
    if (wanted === undefined || system === undefined) return [];
    const { group, kind, name: issuer } = (system.kind === "ours" ? system.issuerRef : undefined) ?? {};
    return group === wanted.group && kind === wanted.kind && issuer === wanted.name ? [] : [name];
  });
}

/** The root under which the istiod of a cluster signs: as the cluster says it, else as the last update did. */
function issuerRootOf({ plan, knowledge, sightings }: RootChange, site: string): string | undefined {
  const system = sightings.get(site)?.system;
  const seen = system?.kind === "ours" ? system.issuerRoot : undefined;
  const known = sitesOf(plan).find(({ name }) => name === site);
  return seen ?? (known && knownAs(knowledge, known)?.issuerRoot) ?? knowledge.roots[0];
}

/** Roots under which an istiod signs until now, and that nobody is to trust any more. */
function droppedRoots(change: RootChange, wanted: readonly X509Certificate[], standing: readonly string[]): Problem[] {
  const generated = generatedRootsOf(change.plan);
  const kept = new Set([
    ...wanted.map(({ fingerprint256 }) => fingerprint256),
    ...generated.flatMap((name) => change.knowledge.generatedRoots?.get(name) ?? []),
  ]);
  const dropped = new Map<string, string[]>();
  for (const { name } of change.plan.controlPlanes) {
    const issuer = issuerRootOf(change, name);
    if (!standing.includes(name) || issuer === undefined || kept.has(issuer)) continue;
    dropped.set(issuer, [...(dropped.get(issuer) ?? []), name]);
  }
  const others = [...generated, ...wanted.map(nameOf)];
  return [...dropped].map(([root, sites]) => {
    const name = generated.length === 0 ? undefined : nameIn(change, root);
    return {
      path: name === undefined ? configurationPath("trust", "roots") : configurationPath("trust", "generated", "roots"),
      expected: `the root among them that the certificates of ${listed(sites)} lead to, ${name ?? `SHA-256 ${root}`}`,
      found: others.length === 0 ? "no roots" : `others alone: ${listed(others)}`,
      fix:
        name === undefined
          ? "Let every workload trust both first: put that root's certificate into the file of isthmus:mesh.trust.roots beside the new one, run, then change the intermediates, run, and take it out last (docs/trust.md)."
          : "Keep it there until every istiod has its intermediate under another root, and every workload its certificate: a root is dropped by an update of its own (docs/trust.md).",
    };
  });
}

/** What the mesh's file called a root that the stack made. */
function nameIn({ knowledge }: RootChange, root: string): string | undefined {
  return [...(knowledge.generatedRoots ?? [])].find(([, fingerprint]) => fingerprint === root)?.[0];
}

/** Generated roots under which an istiod is to sign, and that a cluster does not trust yet. */
function untrustedRoots(change: RootChange, standing: readonly string[]): Problem[] {
  const { knowledge, plan, sightings } = change;
  const problems = plan.controlPlanes.flatMap(({ name: site }): Problem[] => {
    const root = issuingRootOf(plan, site);
    const fingerprint = knowledge.generatedRoots?.get(root);
    if (fingerprint !== undefined && issuerRootOf(change, site) === fingerprint) return [];
    const lacking = standing.filter((name) => {
      const system = sightings.get(name)?.system;
      return fingerprint === undefined || system?.kind !== "ours" || !system.roots.includes(fingerprint);
    });
    if (lacking.length === 0) return [];
    const keys = Object.hasOwn(plan.trust.generated.issuers, site) ? ["issuers", site] : ["issuer"];
    return [
      {
        path: configurationPath("trust", "generated", ...keys),
        expected: "a root that every cluster is known to trust already",
        found:
          fingerprint === undefined
            ? `${root}, which is only made by this update`
            : `${root}, which is not known of ${listed(lacking)}`,
        fix: "Let it sign nothing for now: name it in isthmus:mesh.trust.generated.roots alone, and run until every cluster trusts it; then change who signs and run again (docs/trust.md).",
      },
    ];
  });
  return distinctProblems(problems);
}

/** Roots of new intermediates that a cluster does not trust yet. One that cannot be asked counts as one that does not. */
function unknownRoots(change: RootChange, wanted: readonly X509Certificate[], standing: readonly string[]): Problem[] {
  return [...change.material.intermediates].flatMap(([site, found]): Problem[] => {
    if (!("certificatePem" in found)) return [];
    const root = rootOf(certificatesIn(found.certificatePem), wanted);
    // Of a chain that leads to none of them its judge speaks.
    if (root === undefined || issuerRootOf(change, site) === root.fingerprint256) return [];
    const lacking = standing.filter((name) => {
      const system = change.sightings.get(name)?.system;
      return system?.kind !== "ours" || !system.roots.includes(root.fingerprint256);
    });
    if (lacking.length === 0) return [];
    return [
      {
        path: configurationPath("trust", "intermediates", site),
        expected: "an intermediate under a root that every cluster is known to trust already",
        found: `one under ${nameOf(root)}, which is not known of ${listed(lacking)}`,
        fix: "Keep the former intermediates for now, with both roots in the file of isthmus:mesh.trust.roots, and run until every cluster has them; then change the intermediates and run again (docs/trust.md).",
      },
    ];
  });
}

/** Roots to which an issuer may lead that begins to sign, and that a cluster does not trust yet. */
function rootsOfIssuers(
  change: RootChange,
  wanted: readonly X509Certificate[],
  standing: readonly string[],
): Problem[] {
  return issuedAnew(change).flatMap((site): Problem[] => {
    const unknown = wanted.flatMap((root) => {
      const lacking = standing.filter((name) => {
        const system = change.sightings.get(name)?.system;
        return system?.kind !== "ours" || !system.roots.includes(root.fingerprint256);
      });
      return lacking.length === 0 ? [] : [`${nameOf(root)} is not known of ${listed(lacking)}`];
    });
    if (unknown.length === 0) return [];
    return [
      {
        path: issuerPath(change.plan, site),
        expected: "an issuer that leads to roots that every cluster is known to trust already, since it begins to sign",
        found: listed(unknown),
        fix: "Let it sign nothing for now: trust its root beside the former one first, in the file of isthmus:mesh.trust.roots, and run until every cluster has both; then change the issuer and run again (docs/trust.md).",
      },
    ];
  });
}

function nameOf({ fingerprint256, subject }: X509Certificate): string {
  return `${subject.replaceAll("\n", ", ")} (SHA-256 ${fingerprint256.slice(0, 11)}…)`;
}
