import { z } from "zod";
import {
  type ComponentNoun,
  controlPlaneIn,
  sitesOf,
  type ClusterPlan,
  type ControlPlanePlan,
  type MeshPlan,
  type SitePlan,
} from "../../topology";
import type { Change, ChangeId, Risk } from "./model";
import type { Preview, Step } from "./read-preview";

const endSchema = z.object({ notAfter: z.string().optional() });

const lastSchema = z.object({
  mesh: z
    .object({
      id: z.string().optional(),
      trustDomain: z.string().optional(),
      mtls: z.enum(["strict", "permissive", "none"]).optional(),
      roots: z
        .array(endSchema.extend({ name: z.string().optional(), fingerprint: z.string() }))
        .default([])
        .catch([]),
    })
    .default({ roots: [] }),
  clusters: z
    .record(z.string(), z.object({ network: z.string(), controlPlane: z.string(), readerToken: z.string() }).partial())
    .default({}),
  controlPlanes: z
    .record(
      z.string(),
      z
        .object({
          configCluster: z.string(),
          serves: z.array(z.string()),
          intermediate: endSchema.extend({ root: z.string().optional() }).optional().catch(undefined),
        })
        .partial(),
    )
    .default({}),
});

/** What the last update said of the mesh, as far as it said anything. */
export type LastMesh = z.output<typeof lastSchema>;

/** What a preview tells of a mesh, beside what the mesh is to be and what it was. */
export interface Comparison {
  readonly plan: MeshPlan;
  readonly last: LastMesh;
  readonly preview: Preview;
  /** Names of the clusters that join, and of those that leave, sorted. */
  readonly joining: readonly string[];
  readonly leaving: readonly string[];
  /** Names of the clusters that could not be looked at: of what is in them the preview tells what the program assumed. */
  readonly unseen: readonly string[];
  /** Names of the clusters that are reached as before, by other credentials. */
  readonly renewed: readonly string[];
}

/** One cluster of a comparison. */
export interface ClusterView {
  readonly name: string;
  /** Its former name, where it was renamed; else its present one. */
  readonly formerName: string;
  readonly mesh: Comparison;
  /** Undefined for a cluster that leaves. */
  readonly site: SitePlan | undefined;
  /** Undefined for a cluster that leaves, and for one that only runs a control plane. */
  readonly cluster: ClusterPlan | undefined;
  /** The istiod that is to run in it. */
  readonly controlPlane: ControlPlanePlan | undefined;
  /** Everything that would be done in it. */
  readonly steps: readonly Step[];
  /**
   * Kinds of changes that are told of it, and of the mesh as a whole. What merely follows from one of them needs no words
   * of its own; what seems to follow from one that nobody tells is not understood.
   */
  readonly told: ReadonlySet<ChangeId>;
  /** What would be done to one of its parts; undefined where nothing would. */
  readonly step: (component: ComponentNoun | "provider", part?: string) => Step | undefined;
}

/** What one rule finds. */
export interface Finding {
  readonly change?: Change;
  readonly risk?: Omit<Risk, "clusters">;
  /** The steps that need no more words. */
  readonly explains: readonly (Step | undefined)[];
}

/** Decides one kind of change of one cluster. Pure. */
export type ClusterRule = (view: ClusterView) => readonly Finding[];

/** What resources that only order others would do is nothing that changes. */
export function isMere({ type, subject }: Step): boolean {
  if (type.startsWith("isthmus:") || type.startsWith("pulumi:pulumi:")) return true;
  return type.startsWith("pulumi:providers:") && subject.cluster === undefined;
}

/**
 * Lays a preview beside the plan that it is of. Pure.
 * @param leaving Clusters that leave with stacks of their own, of which the preview does not tell.
 * @param seen What was seen of the clusters beside.
 */
export function compare(
  plan: MeshPlan,
  preview: Preview,
  leaving: readonly string[] = [],
  { unseen = [], renewed = [] }: Partial<Pick<Comparison, "unseen" | "renewed">> = {},
): Comparison {
  const read = lastSchema.safeParse(preview.lastOutputs);
  // Of outputs that another version wrote, nothing is known.
  const last = read.success ? read.data : lastSchema.parse({});
  const planned = new Set(sitesOf(plan).map(({ name }) => name));
  const whose = (op: Step["op"]): string[] => [
    ...new Set(
      preview.steps
        .filter((step) => step.op === op && step.subject.component === "system namespace" && !isMere(step))
        .flatMap(({ subject }) => subject.cluster ?? [])
        .sort(),
    ),
  ];
  return {
    plan,
    last,
    preview,
    // Where anything stands already, a namespace that is made is one that was lost.
    joining: whose("create").filter((name) => !preview.standing.has(name)),
    leaving: [...new Set([...leaving, ...whose("delete").filter((name) => !planned.has(name))])].sort(),
    unseen,
    renewed,
  };
}

/** Whether a step only gives Pulumi's provider of a cluster other credentials, as each run does where they are short-lived. */
export function isRenewal({ op, subject: { cluster, component } }: Step, { renewed }: Comparison): boolean {
  return op === "update" && component === "provider" && cluster !== undefined && renewed.includes(cluster);
}

/** Clusters that belonged to the mesh before and still do, by their present names. Pure. */
export function stayingIn({ joining, plan }: Comparison): readonly ClusterPlan[] {
  return plan.clusters.filter(({ name }) => !joining.includes(name));
}

/** Every cluster of the plan and of the preview, sorted by name. */
export function viewsOf(mesh: Comparison): ClusterView[] {
  const byCluster = Map.groupBy(
    mesh.preview.steps.filter((step) => !isMere(step)),
    ({ subject }) => subject.cluster,
  );
  const names = new Set([...sitesOf(mesh.plan).map(({ name }) => name), ...mesh.leaving, ...byCluster.keys()]);
  return [...names]
    .filter((name) => name !== undefined)
    .sort()
    .map((name) => viewOf(mesh, name, byCluster.get(name) ?? []));
}

function viewOf(mesh: Comparison, name: string, steps: readonly Step[]): ClusterView {
  const { plan } = mesh;
  const cluster = plan.clusters.find((candidate) => candidate.name === name);
  const isRenamed = steps.some(({ formerUrn }) => formerUrn !== undefined);
  return {
    name,
    formerName: isRenamed ? (cluster?.replaces ?? name) : name,
    mesh,
    site: sitesOf(plan).find((site) => site.name === name),
    cluster,
    controlPlane: controlPlaneIn(plan, name),
    steps,
    told: new Set(),
    step: (component, part) => steps.find(({ subject }) => subject.component === component && subject.part === part),
  };
}
