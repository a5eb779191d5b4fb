import { type X509Certificate } from "node:crypto";
import { configurationPath, listed, sitesOf, type MeshPlan, type Problem } from "../../topology";
import { certificatesIn, rootOf } from "../../trust";
import type { ClusterSighting } from "../checks/cluster-identity";
import { knownAs, type StackKnowledge } from "../checks/stack-knowledge";
import type { TrustMaterial } from "./material";

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
export function judgeRootChange({ plan, material, sightings, knowledge }: RootChange): Problem[] {
  const standing = sitesOf(plan).filter((site) => knownAs(knowledge, site)?.belongs === true);
  const isPlain = plan.trust.root === "generated" && material.rootsPem === undefined;
  if (standing.length === 0 || isPlain) return [];
  const trusted = new Map(
    standing.flatMap((site): [string, readonly string[]][] => {
      const system = sightings.get(site.name)?.system;
      return system?.kind === "ours" && system.roots.length > 0 ? [[site.name, system.roots]] : [];
    }),
  );
  const wanted = certificatesIn(material.rootsPem ?? "");
  return [
    ...(plan.trust.root === "generated" ? [] : droppedRoots(plan, wanted, knowledge)),
    ...unknownRoots(
      plan,
      material,
      wanted,
      trusted,
      standing.map(({ name }) => name),
    ),
  ];
}

/** Roots under which an istiod signed until now, and that nobody is to trust any more. */
function droppedRoots(plan: MeshPlan, wanted: readonly X509Certificate[], knowledge: StackKnowledge): Problem[] {
  const kept = new Set(wanted.map(({ fingerprint256 }) => fingerprint256));
  const dropped = new Map<string, string[]>();
  for (const { name } of plan.controlPlanes) {
    const site = sitesOf(plan).find((one) => one.name === name);
    const known = site === undefined ? undefined : knownAs(knowledge, site);
    const issuer = known?.issuerRoot ?? knowledge.roots[0];
    if (known?.belongs !== true || issuer === undefined || kept.has(issuer)) continue;
    dropped.set(issuer, [...(dropped.get(issuer) ?? []), name]);
  }
  return [...dropped].map(([root, sites]) => ({
    path: configurationPath("trust", "roots"),
    expected: `the root that the certificates of ${listed(sites)} lead to among the roots, SHA-256 ${root}`,
    found: kept.size === 0 ? "no roots" : `others alone: ${listed(wanted.map(nameOf))}`,
    fix: "Let every workload trust both first: put that root's certificate into the file of isthmus:mesh.trust.roots beside the new one, run, then change the intermediates, run, and take it out last (docs/trust.md).",
  }));
}

/** Roots of new intermediates that a cluster does not trust yet, or of which that is not known. */
function unknownRoots(
  plan: MeshPlan,
  material: TrustMaterial,
  wanted: readonly X509Certificate[],
  trusted: ReadonlyMap<string, readonly string[]>,
  standing: readonly string[],
): Problem[] {
  return [...material.intermediates].flatMap(([site, found]): Problem[] => {
    if (!("certificatePem" in found)) return [];
    const root = rootOf(certificatesIn(found.certificatePem), wanted);
    // The judge of the chain says so.
    if (root === undefined) return [];
    const lacking = standing.filter((name) => trusted.get(name)?.includes(root.fingerprint256) === false);
    if (lacking.length === 0) return [];
    return [
      {
        path: configurationPath("trust", "intermediates", site),
        expected: "an intermediate under a root that every cluster trusts already",
        found: `one under ${nameOf(root)}, which ${listed(lacking)} ${lacking.length === 1 ? "does" : "do"} not trust yet`,
        fix: "Keep the former intermediates for now, with both roots in the file of isthmus:mesh.trust.roots, and run; then change the intermediates and run again (docs/trust.md).",
      },
    ];
  });
}

function nameOf({ fingerprint256, subject }: X509Certificate): string {
  return `${subject.replaceAll("\n", ", ")} (SHA-256 ${fingerprint256.slice(0, 11)}…)`;
}
