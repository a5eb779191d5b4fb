import { generatedRootsOf, issuingRootOf, listed, type MeshPlan } from "../../../topology";
import type { MeshOutputs } from "../../deployment/outputs";
import type { ClusterTrustStatus, TrustReport } from "../report";

/** How many namespaces are named whose copies lag. */
const shownNamespaces = 3;

/**
 * Whether the next step of a rotation may be taken:
 * - `ready`: the mesh is as its file says, and everything has followed;
 * - `unapplied`: no update has brought the mesh yet what the file says of its roots;
 * - `following`: something has not followed yet, or did not say;
 * - `broken`: calls fail as it is.
 */
export type Readiness =
  | { readonly kind: "ready" }
  | { readonly kind: "unapplied" | "following"; readonly words: readonly string[] }
  | { readonly kind: "broken"; readonly words: readonly [string] };

/**
 * How ready a mesh is, from its file, what the last update said, and where its clusters stand; never from what an earlier
 * command did. Pure.
 */
export function readinessOf(plan: MeshPlan, outputs: MeshOutputs, report: TrustReport): Readiness {
  if (report.broken !== undefined) return { kind: "broken", words: [report.broken] };
  const unapplied = unappliedIn(plan, outputs);
  if (unapplied.length > 0) return { kind: "unapplied", words: unapplied };
  const roots = (outputs.mesh?.roots ?? []).map(({ fingerprint }) => fingerprint);
  const following = report.clusters.flatMap((cluster) => lagIn(cluster, roots));
  return following.length > 0 ? { kind: "following", words: following } : { kind: "ready" };
}

/** What the file says of the stack's roots, and the last update did not come to. */
function unappliedIn(plan: MeshPlan, outputs: MeshOutputs): string[] {
  const known = new Map(
    (outputs.mesh?.roots ?? []).flatMap(({ name, fingerprint }) => (name === undefined ? [] : [[name, fingerprint]])),
  );
  const wanted = generatedRootsOf(plan);
  const missing = wanted.filter((name) => !known.has(name));
  const dropped = [...known.keys()].filter((name) => !wanted.includes(name));
  const signing = plan.controlPlanes.flatMap(({ name }) => {
    const { intermediate } = outputs.controlPlanes?.[name] ?? outputs.clusters?.[name] ?? {};
    const root = issuingRootOf(plan, name);
    return known.has(root) && intermediate?.root !== known.get(root)
      ? [`the istiod of ${name} does not sign under ${root} yet`]
      : [];
  });
  return [
    ...missing.map((name) => `the root ${name} is not made yet`),
    ...signing,
    ...dropped.map((name) => `the root ${name} is not dropped yet`),
  ];
}

/** What of a cluster has not followed the last update. */
function lagIn(
  { behind, cluster, istiod, laggingNamespaces, roots, status, troubles }: ClusterTrustStatus,
  wanted: readonly string[],
): string[] {
  if (status === "unread") return [`${cluster}: ${troubles.join("; ")}`];
  const given = roots.map(({ fingerprint }) => fingerprint);
  const isOther = wanted.some((root) => !given.includes(root)) || given.some((root) => !wanted.includes(root));
  return [
    ...(istiod === "behind" || isOther ? [`${cluster}: its istiod has not taken up what the last update gave it`] : []),
    ...(behind.length === 0 ? [] : [`${cluster}: ${proxies(behind.length)} not followed yet`]),
    ...(laggingNamespaces.length === 0
      ? []
      : [`${cluster}: other roots in the ConfigMap of ${listed(laggingNamespaces, shownNamespaces)}`]),
    ...(status === "ended" ? [`${cluster}: a certificate is past its end`] : []),
  ];
}

function proxies(count: number): string {
  return count === 1 ? "1 proxy has" : `${String(count)} proxies have`;
}
