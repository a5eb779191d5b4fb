import { ConfigurationError } from "../topology/problem";
import { installCertManager } from "./cert-manager";
import { bringDown } from "./down";
import { checkProject } from "./environment";
import { checkBasics, checkMachine } from "./machine";
import type { Progress } from "./progress";
import { lookAtLab, type LabStatus } from "./status";
import { checkPrerequisites, ensureTools } from "./tools";
import { bringUp, type UpOptions } from "./up";

export type { AddressFamily } from "./addresses";
export { labEnvironment } from "./environment";
export { labPaths, stateDirectory, type LabPaths } from "./paths";
export { planLab, type ClusterPlan, type LabCluster, type LabPlan } from "./plan";
export { type ClusterStatus, type ComponentStatus, type LabStatus } from "./status";
export type { UpOptions } from "./up";

/**
 * Brings the lab to the given clusters and waits until all of them work: makes what is missing, repairs what has
 * died, removes clusters that are no longer named.
 * @throws ConfigurationError when the machine or the clusters do not allow it; nothing has been changed then.
 * @throws ComponentError when a component does not come up, with its last lines.
 */
export async function labUp(options: UpOptions): Promise<LabStatus> {
  demandBasics();
  const checks = [checkMachine(options.clusters), checkPrerequisites(), checkProject(options.projectDirectory)];
  const problems = (await Promise.all(checks)).flat();
  if (problems.length > 0) throw new ConfigurationError(problems);
  const toolbox = await ensureTools(options.progress, options.signal);
  await bringUp(options, toolbox);
  return await lookAtLab();
}

/**
 * Removes the lab without a trace; only the cache of tools stays. Safe at any time.
 * @throws ConfigurationError when the caller is not root.
 */
export async function labDown({ progress }: { readonly progress: Progress }): Promise<void> {
  demandBasics();
  await bringDown(progress);
}

/**
 * Installs cert-manager into the clusters of the lab that stands.
 * @returns Their contexts; none where there is no lab.
 * @throws ConfigurationError when the caller is not root; ToolError when it cannot be built.
 */
export async function labCertManager(options: {
  readonly progress: Progress;
  readonly signal?: AbortSignal;
}): Promise<readonly string[]> {
  demandBasics();
  return await installCertManager(options.progress, options.signal);
}

/**
 * Looks at the lab and changes nothing.
 * @throws ConfigurationError when the caller is not root: the lab's keys are not for everybody.
 */
export async function labStatus(): Promise<LabStatus> {
  demandBasics();
  return await lookAtLab();
}

function demandBasics(): void {
  const problems = checkBasics();
  if (problems.length > 0) throw new ConfigurationError(problems);
}
