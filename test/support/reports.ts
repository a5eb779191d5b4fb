import type { MeshSnapshot } from "../../diagnosis";
import { meshGraph } from "../../operations/graph";
import { meshReport, type MeshReport } from "../../operations/report";
import { checks, type VerifyReport } from "../../operations/verify";
import type { MeshConfig, MeshPlan } from "../../topology";
import { changed, changedKubeconfigs, healthy } from "../unit/diagnosis/mesh/healthy";
import { mixed, planOf, twoPrimaries } from "./plans";

/** Meshes of two, five and forty clusters, as reports are looked at. */
export const reportedMeshes = { 2: twoPrimaries, 5: mixed, 40: regions() } satisfies Record<number, MeshConfig>;

/** Forty clusters in five regions, each a network with two primaries and six remotes. */
function regions(): MeshConfig {
  const clusters: Record<string, MeshConfig["clusters"][string]> = {};
  for (const region of ["ap-south", "eu-central", "eu-west", "us-east", "us-west"]) {
    for (const number of [1, 2, 3, 4, 5, 6, 7, 8]) {
      const name = `${region}-${number}`;
      const remote = number > 2 ? { controlPlane: `${region}-${1 + (number % 2)}` } : {};
      clusters[name] = { network: region, ...remote, access: { context: name } };
    }
  }
  return { ...twoPrimaries, clusters };
}

/** A mesh in which one istiod reads another cluster by a token that is good for nothing. */
export function withStaleToken(config: MeshConfig): MeshSnapshot {
  const snapshot = healthy(config);
  const reader = snapshot.mesh.controlPlanes.find(({ reads }) => reads.length > 0)?.name ?? "";
  return changed(
    snapshot,
    reader,
    changedKubeconfigs((one) => ({ ...one, token: "secret:99" })),
  );
}

/** What verify says of a mesh: every pair of clusters answers, or the calls of one cluster are not answered. */
export function verified(config: MeshConfig, silent?: string): VerifyReport {
  const plan = planOf(config);
  const results = checks
    .filter(({ onRequest }) => onRequest === undefined)
    .flatMap((check) => check.subjects(plan).map((clusters) => resultOf(check.id, clusters, silent)));
  const count = (status: string): number => results.filter((result) => result.status === status).length;
  return {
    checks: results,
    summary: { pass: count("pass"), warn: count("warn"), fail: count("fail"), skip: count("skip") },
    calls: pairs(plan)
      .filter(({ from }) => from !== silent)
      .map(({ from, to }, index) => ({ from, to, calls: 4, medianMs: 1.5 + (index % 37), slowestMs: 60.5 })),
  };
}

/** The report of a mesh from its plan, as it is made of clusters that answer. */
export function reportOf(config: MeshConfig, snapshot: MeshSnapshot, verify?: VerifyReport): MeshReport {
  return meshReport({ snapshot, graph: meshGraph(planOf(config)), ...(verify === undefined ? {} : { verify }) });
}

function resultOf(id: string, clusters: readonly string[], silent: string | undefined): VerifyReport["checks"][number] {
  if (id !== "helloworld-reached" || clusters[0] !== silent) {
    return { id, clusters, status: "pass", message: "as it is to be", hint: "" };
  }
  const message = "no answer from v2: nobody answered; curl: (28) Connection timed out";
  return {
    id,
    clusters,
    status: "fail",
    message,
    hint: "Start with what else failed; then look at `istioctl proxy-config`.",
  };
}

function pairs({ clusters }: MeshPlan): { readonly from: string; readonly to: string }[] {
  return clusters.flatMap(({ name: from, reaches }) => reaches.map((to) => ({ from, to })));
}
