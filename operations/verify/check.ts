import { sitesOf, type MeshPlan } from "../../topology";
import type { ClusterClient } from "../kubernetes";
import type { Calls } from "./calls";
import type { Sample } from "./sample";

/** What came of a check. */
export type Status = "pass" | "warn" | "fail" | "skip";

/** What a check works with. */
export interface VerifyContext {
  readonly plan: MeshPlan;
  /** @throws RangeError for a cluster that the mesh does not have. */
  client(cluster: string): ClusterClient;
  /** The sample application; it comes into being when a check first asks for it. */
  readonly sample: Sample;
  /** Calls from the sample's clients. */
  readonly calls: Calls;
  readonly signal: AbortSignal;
}

/** What one look at the mesh found. */
export interface Finding {
  readonly ok: boolean;
  /** What is so, in a few words: `all synced: west`, or what is wrong. Never a secret. */
  readonly message: string;
}

/** One row of the table of checks: a property that a mesh in good order has. */
export interface Check {
  /** Stable: scripts and docs/checks.md refer to it. */
  readonly id: string;
  /** The property as a sentence, true when the check passes. */
  readonly title: string;
  /** What to do when it does not pass, as an imperative sentence. The page's anchor is added. */
  readonly hint: string;
  /** `fatal`: what needs this check is skipped when it fails. `warn`: reported, and the mesh counts as fine. */
  readonly severity: "fatal" | "warn";
  /** Ids of the checks that must hold in the same clusters before this one means anything. */
  readonly needs: readonly string[];
  /** How long to look again while it does not hold, in milliseconds. */
  readonly retryMs: number;
  /** What it is asked of: for each result, the clusters that it is about. None: the check does not apply. */
  subjects(plan: MeshPlan): readonly (readonly string[])[];
  /** Looks once. An error that it throws counts as "does not hold". */
  run(context: VerifyContext, clusters: readonly string[]): Promise<Finding>;
}

/** What is reported of one check about one set of clusters. */
export interface CheckResult {
  readonly id: string;
  readonly clusters: readonly string[];
  readonly status: Status;
  readonly message: string;
  /** What to do; empty when there is nothing to do. */
  readonly hint: string;
}

/** Subjects: each cluster by itself. */
export const eachCluster = (plan: MeshPlan): string[][] => plan.clusters.map((cluster) => [cluster.name]);

/** Subjects: each Kubernetes cluster, those that only run a control plane among them. */
export const eachSite = (plan: MeshPlan): string[][] => sitesOf(plan).map((site) => [site.name]);

/** Subjects: the clusters that run an istiod. */
export const eachControlPlane = (plan: MeshPlan): string[][] => plan.controlPlanes.map(({ name }) => [name]);

/** Subjects: the whole mesh at once. */
export const wholeMesh = (plan: MeshPlan): string[][] => [plan.clusters.map((cluster) => cluster.name)];

/** Subjects: every pair of caller and called that know each other, a cluster's calls to itself included. */
export const eachPair = (plan: MeshPlan): string[][] =>
  plan.clusters.flatMap((from) => from.reaches.map((to) => [from.name, to]));
