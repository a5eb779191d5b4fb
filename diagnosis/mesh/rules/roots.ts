import { rootConfigMap } from "../../../topology";
import { seenClusters, seenOf } from "../clusters";
import type { MeshFinding } from "../finding";
import type { MeshSnapshot } from "../snapshot";
import { rootOf } from "./authority";

/** Whether workloads of some cluster do not trust what another cluster's istiod signs under. */
export function differingRoots(snapshot: MeshSnapshot): MeshFinding[] {
  const known = seenClusters(snapshot).flatMap(({ facts, seen }) => {
    const trusted = (seen.publishedRoots ?? []).map(({ fingerprint }) => fingerprint);
    const signing = signingRoot(snapshot, facts.controlPlane) ?? (trusted.length === 1 ? trusted[0] : undefined);
    return trusted.length === 0 ? [] : [{ name: facts.name, reaches: facts.reaches, trusted, signing }];
  });
  const apart = known.flatMap((one) =>
    known.flatMap((other) => {
      if (!one.reaches.includes(other.name) || other.signing === undefined) return [];
      return one.trusted.includes(other.signing) ? [] : [[one.name, other.name, other.signing] as const];
    }),
  );
  const [first] = apart;
  if (first === undefined) return [];
  const concerned = [...new Set(apart.flatMap(([one, other]) => [one, other]))].sort();
  return [
    {
      clusters: concerned,
      found: `workloads of ${first[0]} do not trust what the istiod of ${first[1]} signs under: every call between them is refused`,
      proof: known
        .filter(({ name }) => concerned.includes(name))
        .flatMap(({ name, trusted }) => trusted.map((root) => `${name}: ${rootConfigMap} has SHA-256 ${root}`)),
      fix: "Compare them with the stack's output `mesh.rootFingerprint`. In the cluster that differs, bring back the Secret cacerts (`isthmus drift`), then restart its istiod and its workloads; a change of roots that is under way goes on with `isthmus trust rotate`.",
    },
  ];
}

/** The root that the istiod in a cluster signs under, by what it is given; undefined where that is not known. */
export function signingRoot(snapshot: MeshSnapshot, controlPlane: string): string | undefined {
  const { authority } = seenOf(snapshot, controlPlane) ?? {};
  if (authority === undefined || authority === "none") return undefined;
  return rootOf(authority)?.fingerprint;
}
