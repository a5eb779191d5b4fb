import * as pulumi from "@pulumi/pulumi";
import { reachClusters, type ReachedClusters } from "../access";
import { Mesh, type ClusterOutputs, type ControlPlaneOutputs } from "../components";
import { ConfigurationError, formatProblem, meshWarnings, parseMesh, planMesh, sitesOf } from "../topology";
import { programSources } from "./kubeconfig-sources";
import { belonging, lastOutputs } from "./last-outputs";
import { withoutPromiseTraces } from "./promise-traces";
import { siteAccess } from "./site-access";
import { loadTransforms } from "./transforms";

/** Exit code of a program that has said itself what was wrong (Pulumi's Node.js SDK, cmd/run). */
const exitedAfterLogging = 32;

/** What a mesh's stack exports. */
export interface MeshStackOutputs {
  readonly mesh: {
    readonly id: string;
    readonly trustDomain: string;
    readonly rootFingerprint: pulumi.Output<string>;
  };
  readonly clusters: Readonly<Record<string, ClusterOutputs>>;
  readonly controlPlanes: Readonly<Record<string, ControlPlaneOutputs>>;
}

/**
 * The whole mesh in one stack.
 * @param config What the user wrote under `isthmus:mesh`.
 * @param projectDirectory Directory that the configuration's relative paths start from.
 * @throws ConfigurationError with every problem at once, before any resource is registered.
 */
export async function meshStack(config: unknown, projectDirectory: string): Promise<MeshStackOutputs> {
  const configuration = parseMesh(config);
  for (const warning of meshWarnings(configuration)) await pulumi.log.warn(formatProblem(warning));
  const transforms = loadTransforms(configuration.istio.transforms, projectDirectory);
  const last = await lastOutputs();
  const { plan, clusters } = await ensureReachable(
    await reachClusters(planMesh(configuration), projectDirectory, programSources, () =>
      Promise.resolve(belonging(last)),
    ),
  );
  const mesh = withoutPromiseTraces(
    () =>
      new Mesh("mesh", {
        plan,
        transforms,
        clusters: Object.fromEntries(
          sitesOf(plan).flatMap((site) => {
            const reached = clusters.get(site.name);
            return reached === undefined ? [] : [[site.name, siteAccess(site, reached, last)]];
          }),
        ),
      }),
  );
  return {
    mesh: { id: plan.id, trustDomain: plan.trustDomain, rootFingerprint: mesh.rootFingerprint },
    clusters: mesh.clusters,
    controlPlanes: mesh.controlPlanes,
  };
}

/**
 * Makes sure that every cluster can be reached and written to. A preview only warns of what an update refuses: it may
 * run where the clusters cannot be reached, on a pull request for one.
 */
async function ensureReachable(reached: ReachedClusters): Promise<ReachedClusters> {
  const { resolved, problems, failures, warnings } = reached;
  const isPreview = pulumi.runtime.isDryRun();
  for (const warning of warnings) await pulumi.log.warn(formatProblem(warning));
  if (problems.length > 0 && (!resolved || !isPreview)) throw new ConfigurationError(problems);
  for (const problem of problems) await pulumi.log.warn(formatProblem(problem));
  for (const failure of failures) await pulumi.log[isPreview ? "warn" : "error"](formatProblem(failure));
  // The rest is done, outputs and all; then the update ends as failed.
  if (failures.length > 0 && !isPreview) process.exitCode = exitedAfterLogging;
  return reached;
}
