import { configurationPath, generatedRootsOf, listed, sitesOf, type MeshPlan, type Problem } from "../../topology";
import { belongingTo, knownAs, standingAmong, type StackKnowledge } from "../checks/stack-knowledge";

/** A mesh as it is to be, and what its stack knows of it. */
export interface MeshChange {
  readonly plan: MeshPlan;
  readonly knowledge: StackKnowledge;
}

/**
 * Whether a change of the roots that the stack makes is under way: it has made several, and the one that it goes away from is
 * not dropped yet. Of roots from elsewhere nobody can tell it: a mesh may live with two of them for good. Pure.
 */
export function isChangingRoots({ knowledge, plan }: MeshChange): boolean {
  return generatedRootsOf(plan).filter((name) => knowledge.generatedRoots?.has(name) === true).length > 1;
}

/**
 * What is not changed while the roots are: clusters that join or leave, and Istio's version. A cluster that joins would have
 * to be followed too, a version rolls every istiod at the moment at which its certificates change, and of what goes wrong
 * then nobody could tell which of both it was. Pure.
 */
export function judgeOtherChanges(change: MeshChange): Problem[] {
  if (!isChangingRoots(change)) return [];
  return [...joining(change), ...leaving(change), ...ofVersion(change)].map(([path, found]) => ({
    path,
    expected: `no other change of the mesh while its roots change ${wayOf(change)}`,
    found,
    fix: "Take it back for now. `isthmus trust rotate` says what the change of roots still needs, and ends it or rolls it back (docs/trust.md); then run again.",
  }));
}

/** Where, and what was found there. */
type Change = readonly [path: string, found: string];

/** In the mesh's file the roots stand in the order in which they came. */
function wayOf({ plan }: MeshChange): string {
  const { roots } = plan.trust.generated;
  return `from ${roots[0] ?? ""} to ${roots.at(-1) ?? ""}`;
}

function joining({ knowledge, plan }: MeshChange): Change[] {
  const standing = standingAmong(sitesOf(plan), knowledge);
  return sitesOf(plan)
    .filter((site) => !standing.includes(site))
    .map(({ name, path }) => [path, `${name}, which joins`]);
}

function leaving({ knowledge, plan }: MeshChange): Change[] {
  const former = plan.clusters.flatMap(({ replaces }) => replaces ?? []);
  const kept = new Set([...sitesOf(plan).map(({ name }) => name), ...former]);
  return [...belongingTo(knowledge)]
    .filter((name) => !kept.has(name))
    .map((name) => [configurationPath("clusters"), `none called ${name}, which leaves`]);
}

/** Of one that is not known yet nothing is said: its state was not read. */
function ofVersion({ knowledge, plan }: MeshChange): Change[] {
  const { tag, version } = plan.istio;
  const others = standingAmong(sitesOf(plan), knowledge).flatMap((site) => {
    const installed = knownAs(knowledge, site)?.state?.istioTag;
    return installed === undefined || installed === tag ? [] : [installed];
  });
  if (others.length === 0) return [];
  const key = tag === version ? "version" : "tag";
  return [[configurationPath("istio", key), `${tag} in the place of ${listed([...new Set(others)])}`]];
}
