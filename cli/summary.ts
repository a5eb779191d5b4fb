import type { UpdateResult } from "../operations/stack";
import type { MeshPlan } from "../topology";
import { changesLine } from "./changes";

/** A part of the demo and how long it took. */
export interface TimedPart {
  readonly part: string;
  readonly seconds: number;
}

/** What the stack's outputs say of a cluster, as far as a summary shows it. */
interface ClusterOutput {
  readonly eastWest?: { readonly addresses?: readonly string[]; readonly port?: number };
}

/** What was built, how long it took, and what to try next. Pure. */
export function summaryLines(plan: MeshPlan, built: UpdateResult, parts: readonly TimedPart[]): string[] {
  const mesh = (built.outputs["mesh"] ?? {}) as { readonly trustDomain?: string; readonly rootFingerprint?: string };
  const clusters = (built.outputs["clusters"] ?? {}) as Readonly<Record<string, ClusterOutput>>;
  return [
    `Mesh ${plan.id} stands: ${plan.clusters.length} clusters, trust domain ${mesh.trustDomain ?? plan.trustDomain}`,
    `  root SHA-256 ${mesh.rootFingerprint ?? "unknown"}`,
    ...plan.clusters.map(({ name, network, controlPlane }) => {
      const { addresses = [], port } = clusters[name]?.eastWest ?? {};
      const gateway = addresses.length === 0 ? "" : `, east-west gateway ${addresses.join(", ")} port ${port ?? ""}`;
      return `  ${name}: network ${network}, control plane ${controlPlane}${gateway}`;
    }),
    "",
    `It took ${parts.map(({ part, seconds }) => `${seconds} s for the ${part}`).join(", ")} (${changesLine(built)}).`,
    "",
    "Try next:",
    "  . .lab/env                      # this shell then has kubectl, istioctl, helm and pulumi",
    ...plan.clusters.map(({ access }) => `  kubectl --context ${access.context} get pods -A`),
    `  istioctl --context ${plan.clusters[0]?.access.context ?? ""} remote-clusters`,
    `  npx isthmus verify --stack ${built.stack}`,
    `  npx isthmus preview --stack ${built.stack}   # nothing to change`,
    "  make demo-down",
  ];
}
