import { configurationPath, listed, type MeshPlan, type Problem } from "../../../topology";
import type { ClusterTrustStatus, TrustReport } from "../report";

/** A root that comes from elsewhere, and what stands on it. */
export interface RootElsewhere {
  readonly subject: string;
  /** SHA-256, as openssl prints it. */
  readonly fingerprint: string;
  /** Clusters whose istiods sign under it. */
  readonly signs: readonly string[];
}

/** Roots that the stack does not make. A step on the way to others is an edit of files that are their owner's. */
export interface RootsElsewhere {
  readonly source: Exclude<MeshPlan["trust"]["root"], "generated">;
  /** Those that clusters trust. */
  readonly roots: readonly RootElsewhere[];
  /** What may be done next, and why no call is lost by it, in sentences; nothing where something has not followed yet. */
  readonly next: readonly string[];
}

/**
 * Where a mesh stands whose roots come from elsewhere, by what its clusters trust and sign with, and what its owner may do
 * next. Where it is to go nobody has said: of two roots either may be the new one. Pure.
 * @param mayStep Whether everything has followed what was done before.
 * @returns Undefined where the stack makes its roots.
 */
export function rootsElsewhere(plan: MeshPlan, report: TrustReport, mayStep: boolean): RootsElsewhere | undefined {
  const { root: source } = plan.trust;
  if (source === "generated") return undefined;
  const roots = rootsIn(report);
  return { source, roots, next: mayStep ? nextOf(plan, roots) : [] };
}

/** Why no command changes roots that come from elsewhere. */
export function notByCommand(source: RootsElsewhere["source"]): Problem {
  return {
    path: configurationPath("trust", "root"),
    expected: "generated: this changes roots that the stack makes",
    found: source,
    fix: "`isthmus trust rotate` alone says where the mesh stands, and what to change next in the file of isthmus:mesh.trust.roots and the intermediates (docs/trust.md).",
  };
}

function rootsIn({ clusters }: TrustReport): RootElsewhere[] {
  const known = new Map(clusters.flatMap(({ roots }) => roots.map((root) => [root.fingerprint, root] as const)));
  return [...known.values()].map(({ fingerprint, keyId, subject }) => ({
    subject,
    fingerprint,
    signs: clusters.filter((cluster) => isSigningUnder(cluster, keyId)).map(({ cluster }) => cluster),
  }));
}

/** A remote cluster is signed for by another's istiod, and has none of its own. */
function isSigningUnder({ cluster, controlPlane, issuer }: ClusterTrustStatus, keyId: string): boolean {
  return cluster === controlPlane && issuer?.roots.includes(keyId) === true;
}

function nextOf(plan: MeshPlan, roots: readonly RootElsewhere[]): string[] {
  const file = plan.trust.roots ?? "the file of trust.roots";
  const [only, ...others] = roots;
  if (only !== undefined && others.length === 0) {
    return [
      `To go over to another root, put its certificate into ${file} beside that of ${only.subject}, and run \`isthmus up\`: roots are only added, so what is accepted stays accepted.`,
    ];
  }
  const idle = roots.filter(({ signs }) => signs.length === 0);
  const signing = roots.filter(({ signs }) => signs.length > 0);
  return [
    ...(signing.length < 2
      ? []
      : [
          `Go on until all sign under one of them: ${signing.map(({ signs, subject }) => `${listed(signs)} under ${subject}`).join(", ")}. Every proxy trusts all of them, so the next istiod may go over: ${issuanceOf(plan)}, and run \`isthmus up\`.`,
        ]),
    ...idle.flatMap(({ subject }) => [
      `To go over to ${subject}, let an istiod sign under it (${issuanceOf(plan)}) and run \`isthmus up\`: every proxy trusts it before the first certificate is signed under it.`,
      `To drop ${subject}, take its certificate out of ${file} and run \`isthmus up\`: no certificate that a workload presents leads to it.`,
    ]),
  ];
}

/** What makes an istiod sign under another root. */
function issuanceOf({ trust: { root } }: MeshPlan): string {
  switch (root) {
    case "cert-manager":
      return "name another issuer for it in trust.certManager.issuerRefs";
    case "offline":
      return "sign its request under that root, and name what was signed in trust.intermediates";
    default:
      return "name its intermediate in trust.intermediates";
  }
}
