import { sitesOf, type MeshPlan } from "../../topology";
import type { MeshSnapshot } from "../../diagnosis";
import type { ClusterClient, NamedReach } from "../../access";
import type { Acceptance } from "../acceptance";
import type { CallTimes } from "./call-times";
import type { Calls } from "./calls";
import type { GlobalCalls } from "./global-calls";
import type { Sample } from "./sample";

/** What came of a check. */
export type Status = "pass" | "warn" | "fail" | "skip";

/** Where a plan is from: a mesh's file, or what the clusters of a mesh have of which none is at hand. */
export type PlanOrigin = "file" | "clusters";

/** What a check works with. */
export interface VerifyContext {
  readonly plan: MeshPlan;
  /** Where the plan is from: the mesh's file, or what the clusters have where no file is at hand. */
  readonly origin: PlanOrigin;
  /** @throws RangeError for a cluster that the mesh does not have. */
  client(cluster: string): ClusterClient;
  /** A client by another kubeconfig than the command's own. Close it. */
  readonly connect: (reach: NamedReach) => ClusterClient;
  /** The sample application; it comes into being when a check first asks for it. */
  readonly sample: Sample;
  /** Calls from the sample's clients. */
  readonly calls: Calls;
  /** Calls from them by global names. */
  readonly globalCalls: GlobalCalls;
  /** How long those calls took that were answered. */
  readonly callTimes: CallTimes;
  /** How long calls go on in calls-answered, in milliseconds. Default: its own time. */
  readonly callsForMs?: number;
  /** What the clusters have now, as `isthmus doctor` sees it. */
  readonly snapshot: () => Promise<MeshSnapshot>;
  readonly signal: AbortSignal;
  /** How long every check looks again, in milliseconds. Default: each its own time. */
  readonly retryMs?: number;
}

/** What one look at the mesh found. */
export interface Finding {
  readonly ok: boolean;
  /** What is so, in a few words: `all synced: west`, or what is wrong. Never a secret. */
  readonly message: string;
  /** What to do about just this. Default: the check's own hint. */
  readonly hint?: string;
  /** Whether what is found is no failure yet, and waiting does not change it: then it is a warning. Default: false. */
  readonly isWarning?: boolean;
  /** Whether looking again would only hide it. Default: it is looked at again while it does not hold. */
  readonly isFinal?: boolean;
  /** Whether nothing was left to look at, once the clusters that are to be left out were. Default: something was. */
  readonly isVoid?: boolean;
}

/** One row of the table of checks: a property that a mesh in good order has. */
export interface Check {
  /** Stable: scripts and docs/checks.md refer to it. */
  readonly id: string;
  /** The property as a sentence, true when the check passes. */
  readonly title: string;
  /** What to do when it does not pass, as an imperative sentence. The page's anchor is added. */
  readonly hint: string;
  /** The same of a mesh that Isthmus did not build. Default: the same. */
  readonly hintByHand?: string;
  /** What of a mesh's file it cannot be judged without, as a reason for who has none. Default: it can. */
  readonly needsFile?: string;
  /** `fatal`: what needs this check is skipped when it fails. `warn`: reported, and the mesh counts as fine. */
  readonly severity: "fatal" | "warn";
  /** The checks that must hold before this one means anything. */
  readonly needs: readonly Need[];
  /**
   * Whether the configuration allows that it does not hold: then that is a warning. What needs it is skipped all the
   * same. Default: never.
   */
  isTolerated?(plan: MeshPlan, clusters: readonly string[]): boolean;
  /** What it makes in the clusters, to be removed again. Default: nothing. */
  readonly makes?: "sample";
  /** Whether it is run only where it is asked for, by its id or by a setting of its own. Default: it always is. */
  readonly onRequest?: "callsForMs";
  /** How long to look again while it does not hold, in milliseconds. */
  readonly retryMs: number;
  /** What it is asked of: for each result, the clusters that it is about. None: the check does not apply. */
  subjects(plan: MeshPlan): readonly (readonly string[])[];
  /**
   * Looks once. An error that it throws counts as "does not hold".
   * @param without Clusters that it is to leave out.
   */
  run(context: VerifyContext, clusters: readonly string[], without: ReadonlySet<string>): Promise<Finding>;
}

/** Another check that must hold, by its id: in the clusters that the check is about, or as it says. */
export type Need = string | NeedElsewhere;

/** A need in other clusters than those that the check is about. */
export interface NeedElsewhere {
  readonly id: string;
  /** The clusters in which it must hold. */
  readonly of: (plan: MeshPlan, clusters: readonly string[]) => readonly string[];
  /** What becomes of the check when it does not: it is skipped, leaves those clusters out, or only waits for the result. Default: skip. */
  readonly otherwise?: "skip" | "leave out" | "wait";
}

/** What is reported of one check about one set of clusters. */
export interface CheckResult {
  readonly id: string;
  readonly clusters: readonly string[];
  readonly status: Status;
  readonly message: string;
  /** What to do; empty when there is nothing to do. */
  readonly hint: string;
  /** By what the mesh's file accepts that it does not hold: it is a warning then. */
  readonly accepted?: Acceptance;
}

/** Needed of: the clusters that run the istiods which serve some. */
export const controlPlanesOf = (plan: MeshPlan, clusters: readonly string[]): readonly string[] => [
  ...new Set(plan.clusters.filter(({ name }) => clusters.includes(name)).map(({ controlPlane }) => controlPlane)),
];

/** Needed of: the clusters that the istiods in some read. */
export const readBy = (plan: MeshPlan, clusters: readonly string[]): readonly string[] => [
  ...new Set(plan.controlPlanes.filter(({ name }) => clusters.includes(name)).flatMap(({ reads }) => reads)),
];

/** Needed of: they themselves, and the clusters that the istiods in them read. */
export const withReadBy = (plan: MeshPlan, clusters: readonly string[]): readonly string[] => [
  ...clusters,
  ...readBy(plan, clusters),
];

/** Needed of: the clusters that hold the configuration of the istiods which serve some. */
export const configClustersOf = (plan: MeshPlan, clusters: readonly string[]): readonly string[] => [
  ...new Set(plan.clusters.filter(({ name }) => clusters.includes(name)).map(({ configCluster }) => configCluster)),
];

/** Subjects: each cluster by itself. */
export const eachCluster = (plan: MeshPlan): string[][] => plan.clusters.map((cluster) => [cluster.name]);

/** Subjects: each Kubernetes cluster, those that only run a control plane among them. */
export const eachSite = (plan: MeshPlan): string[][] => sitesOf(plan).map((site) => [site.name]);

/** Subjects: the clusters that run an istiod. */
export const eachControlPlane = (plan: MeshPlan): string[][] => plan.controlPlanes.map(({ name }) => [name]);

/** Subjects: the clusters that hold the configuration of an istiod. */
export const eachConfigCluster = (plan: MeshPlan): string[][] =>
  configClustersOf(
    plan,
    plan.clusters.map(({ name }) => name),
  ).map((name) => [name]);

/** Subjects: the whole mesh at once. */
export const wholeMesh = (plan: MeshPlan): string[][] => [plan.clusters.map((cluster) => cluster.name)];

/** Subjects: all Kubernetes clusters at once. */
export const allSites = (plan: MeshPlan): string[][] => [sitesOf(plan).map((site) => site.name)];

/** Subjects: every pair of caller and called that know each other, a cluster's calls to itself included. */
export const eachPair = (plan: MeshPlan): string[][] =>
  plan.clusters.flatMap((from) => from.reaches.map((to) => [from.name, to]));
