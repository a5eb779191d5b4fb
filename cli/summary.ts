import type { UpdateResult } from "../operations/deployment";
import { sitesOf, type ClusterPlan, type ControlPlanePlan, type MeshPlan } from "../topology";
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

/** What they say of an istiod. */
interface ControlPlaneOutput {
  readonly address?: string;
}

/** What was built, how long it took, and what to try next. Pure. */
export function summaryLines(plan: MeshPlan, built: UpdateResult, parts: readonly TimedPart[]): string[] {
  const mesh = (built.outputs["mesh"] ?? {}) as { readonly trustDomain?: string; readonly rootFingerprint?: string };
  const clusters = (built.outputs["clusters"] ?? {}) as Readonly<Record<string, ClusterOutput>>;
  const controlPlanes = (built.outputs["controlPlanes"] ?? {}) as Readonly<Record<string, ControlPlaneOutput>>;
  const sites = sitesOf(plan);
  const [leading] = plan.controlPlanes;
  return [
    `Mesh ${plan.id} stands: ${counted(plan.clusters.length)}, trust domain ${mesh.trustDomain ?? plan.trustDomain}`,
    `  root SHA-256 ${mesh.rootFingerprint ?? "unknown"}`,
    ...plan.clusters.map((cluster) => clusterLine(cluster, clusters[cluster.name])),
    ...plan.controlPlanes
      .filter(({ exposed }) => exposed !== undefined)
      .map((controlPlane) => controlPlaneLine(controlPlane, controlPlanes[controlPlane.name])),
    "",
    `It took ${parts.map(({ part, seconds }) => `${seconds} s for the ${part}`).join(", ")} (${changesLine(built)}).`,
    "",
    "Try next:",
    "  . .lab/env                      # this shell then has kubectl, istioctl, helm and pulumi",
    ...sites.map(({ access }) => `  kubectl --context ${access.context ?? ""} get pods -A`),
    `  istioctl --context ${sites.find(({ name }) => name === leading?.name)?.access.context ?? ""} remote-clusters`,
    `  npx isthmus verify --stack ${built.stack}`,
    `  npx isthmus preview --stack ${built.stack}   # nothing to change`,
    "  make demo-down",
  ];
}

function counted(clusters: number): string {
  return `${clusters} ${clusters === 1 ? "cluster" : "clusters"}`;
}

function clusterLine({ name, model, network, controlPlane }: ClusterPlan, output: ClusterOutput = {}): string {
  const { addresses = [], port } = output.eastWest ?? {};
  const gateway = addresses.length === 0 ? "" : `, east-west gateway ${addresses.join(", ")} port ${port ?? ""}`;
  return `  ${name}: ${model}, network ${network}, control plane ${controlPlane}${gateway}`;
}

function controlPlaneLine(
  { name, kind, configCluster, serves }: ControlPlanePlan,
  { address = "an unknown address" }: ControlPlaneOutput = {},
): string {
  const where = kind === "external" ? ` outside the mesh, with its configuration in ${configCluster},` : "";
  return `  istiod of ${name}${where} serves ${serves.join(", ")} at ${address}`;
}
