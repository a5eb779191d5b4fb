import { LocalWorkspace, Stack, type LocalWorkspaceOptions } from "@pulumi/pulumi/automation";
import { reachClusters, resolveAccess, type ClusterAccess } from "../../access";
import { ConfigurationError, configurationPath, type MeshPlan, type Problem } from "../../topology";
import { connect, KubernetesError } from "../kubernetes";
import { stackEnvironment } from "./environment";
import { pulumiCommand, PulumiError, type Interruption } from "./pulumi";
import { leftLock, overcomeLock } from "./lock";
import { recover } from "./recover";

/** Which stack, and how its operations talk and are ended. */
export interface StackOptions extends Interruption {
  /** Where Pulumi.yaml is; relative paths of the configuration start there. */
  readonly projectDirectory: string;
  readonly stack: string;
  readonly plan: MeshPlan;
  /** Told what Pulumi writes, as it comes. */
  readonly onOutput?: (text: string) => void;
  /** Told in words what is done beside Pulumi's work. */
  readonly onProgress?: (words: string) => void;
}

/** Resources by what becomes of them: `{ create: 12, same: 3 }`. */
export type Changes = Readonly<Record<string, number>>;

/** What an update did. */
export interface UpdateResult {
  readonly stack: string;
  readonly changes: Changes;
  /** The stack's outputs; secrets are left out. */
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** What an update would do, or a destruction did. */
export interface ChangesResult {
  readonly stack: string;
  readonly changes: Changes;
}

/**
 * Brings the mesh to what the configuration says.
 * @throws ConfigurationError, before anything is changed, when the clusters are not fit for it.
 * @throws PulumiError when Pulumi fails.
 */
export async function up(options: StackOptions & { readonly refresh?: boolean }): Promise<UpdateResult> {
  const clusters = await ensureReachable(options);
  const stack = await openStack(options);
  const result = await afterRecovery(stack, options, clusters, () =>
    stack.up({ ...streams(options), ...(options.refresh === true ? { refresh: true } : {}) }),
  );
  return {
    stack: options.stack,
    changes: result.summary.resourceChanges ?? {},
    outputs: Object.fromEntries(
      Object.entries(result.outputs)
        .filter(([, output]) => !output.secret)
        .map(([name, output]) => [name, output.value as unknown]),
    ),
  };
}

/** Says what {@link up} would do. Changes nothing. */
export async function preview(options: StackOptions): Promise<ChangesResult> {
  const stack = await openStack(options);
  const result = await stack.preview(streams(options));
  return { stack: options.stack, changes: result.changeSummary };
}

/** Brings the stack's state to what the clusters have. Changes no cluster. */
export async function refresh(options: StackOptions): Promise<ChangesResult> {
  const clusters = await ensureReachable(options);
  const stack = await openStack(options);
  const result = await afterRecovery(stack, options, clusters, () => stack.refresh(streams(options)));
  return { stack: options.stack, changes: result.summary.resourceChanges ?? {} };
}

/**
 * Removes what {@link up} made.
 * @returns What was removed; undefined when there is no such stack, and so nothing to remove.
 */
export async function destroy(options: StackOptions): Promise<ChangesResult | undefined> {
  const clusters = await findClusters(options);
  const stack = await selectStack(options);
  if (stack === undefined) return undefined;
  const result = await afterRecovery(stack, options, clusters, () => stack.destroy(streams(options)));
  return { stack: options.stack, changes: result.summary.resourceChanges ?? {} };
}

/**
 * Makes sure that every cluster answers: enough for what only removes.
 * @throws ConfigurationError with what is wrong with all clusters.
 */
export async function findClusters({
  plan,
  projectDirectory,
}: Pick<StackOptions, "plan" | "projectDirectory">): Promise<ReadonlyMap<string, ClusterAccess>> {
  const { clusters, problems } = await resolveAccess(plan, projectDirectory);
  const silent = await Promise.all(
    [...clusters.values()].map(async ({ name, kubeconfig, server }): Promise<Problem[]> => {
      try {
        await (await connect(name, kubeconfig)).get("/version");
        return [];
      } catch (error) {
        if (!(error instanceof KubernetesError)) throw error;
        const path = configurationPath("clusters", name, "access", "context");
        const fix = "Make the cluster answer to this context, then run it again.";
        return [{ path, expected: `an answer from ${server}`, found: error.reason, fix }];
      }
    }),
  );
  const all = [...problems, ...silent.flat()];
  if (all.length > 0) throw new ConfigurationError(all);
  return clusters;
}

/**
 * Makes sure that every cluster can be reached and written to.
 * @throws ConfigurationError with what is wrong with all clusters.
 */
async function ensureReachable(options: StackOptions): Promise<ReadonlyMap<string, ClusterAccess>> {
  const { plan, projectDirectory, onProgress = () => undefined } = options;
  const { clusters, problems, warnings } = await reachClusters(plan, projectDirectory, () => belonging(options));
  if (problems.length > 0) throw new ConfigurationError(problems);
  for (const warning of warnings) onProgress(`warning: ${warning.path}: ${warning.found}. ${warning.fix}`);
  return clusters;
}

/** Names of the clusters that belong to the mesh since an earlier update. */
async function belonging(options: StackOptions): Promise<ReadonlySet<string>> {
  const outputs = (await (await selectStack(options))?.outputs()) ?? {};
  return new Set(["clusters", "controlPlanes"].flatMap((key) => Object.keys((outputs[key]?.value ?? {}) as object)));
}

function streams(options: StackOptions): {
  onOutput: (text: string) => void;
  onError: (text: string) => void;
  color: "never";
} {
  const { onOutput = () => undefined } = options;
  return { onOutput, onError: onOutput, color: "never" };
}

async function openStack(options: StackOptions): Promise<Stack> {
  const selected = await selectStack(options);
  if (selected !== undefined) return selected;
  return Stack.create(options.stack, await LocalWorkspace.create(await workspaceOptions(options)));
}

async function selectStack(options: StackOptions): Promise<Stack | undefined> {
  const workspace = await LocalWorkspace.create(await workspaceOptions(options));
  try {
    return await Stack.select(options.stack, workspace);
  } catch (error) {
    if (error instanceof PulumiError && error.stderr.includes("no stack named")) return undefined;
    throw error;
  }
}

async function workspaceOptions(options: StackOptions): Promise<LocalWorkspaceOptions> {
  const variables = await stackEnvironment(options.plan, options.projectDirectory);
  return {
    workDir: options.projectDirectory,
    envVars: { ...variables },
    pulumiCommand: await pulumiCommand(variables, options),
  };
}

/** More often nothing that we do makes a stack fit: a lock that is waited for, one that is taken away, the rest cleared. */
const maximumAttempts = 4;

/** Runs an update; when the last one was killed, clears away what it left behind and tries again. */
async function afterRecovery<T>(
  stack: Stack,
  options: StackOptions,
  clusters: ReadonlyMap<string, ClusterAccess>,
  update: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await update();
    } catch (error) {
      if (!(error instanceof PulumiError)) throw error;
      if (options.stop?.aborted === true && leftLock(error)) await takeOwnLockAway(options);
      if (options.stop?.aborted === true || attempt === maximumAttempts) throw error;
      if (!(await madeFit(stack, error, clusters, options))) throw error;
    }
  }
}

/** Takes away the lock of our own update, which did not end when it was asked to and was killed. */
async function takeOwnLockAway(options: StackOptions): Promise<void> {
  options.onProgress?.("the update did not end in time and was killed: taking away its lock");
  // With a signal that has been given no other command would run.
  const unstoppable = { ...options, stop: new AbortController().signal };
  await (await selectStack(unstoppable))?.cancel();
}

/** Whether there was something to get over, so that the update is worth another try. */
async function madeFit(
  stack: Stack,
  error: PulumiError,
  clusters: ReadonlyMap<string, ClusterAccess>,
  { onProgress, stop }: StackOptions,
): Promise<boolean> {
  const outcome = await overcomeLock(stack, error, onProgress, stop);
  if (outcome === "held") return false;
  if (outcome === "waited") return true;
  // Without a lock no update is under way, and what is recorded as begun was begun by one that was killed.
  const recovered = await recover(stack, clusters, onProgress);
  return recovered || outcome === "released";
}
