import type { EngineEvent, OutputMap, Stack } from "@pulumi/pulumi/automation";
import type { ClusterAccess } from "../../access";
import { formatProblem, sitesOf, type Problem } from "../../topology";
import type { ExportedState } from "../../engine/state";
import { clustersIn } from "./cluster-state";
import { commonOptions } from "./command-options";
import { EventStreamError } from "../../engine/event-stream-error";
import { findClusters, givesUpUnreachable } from "./find-clusters";
import { ensureReachable } from "./reach";
import { ensureRemovable } from "./removal";
import { memoryOf, readMemory, type StackMemory } from "./stack-knowledge";
import { policyOptions } from "../../engine/policy-packs";
import { PulumiError } from "../../engine/pulumi-error";
import { prepared, refreshed } from "./program-runs";
import { updateWithoutRecords } from "./recorded-creations";
import { rehearsed } from "./rehearsal";
import { Causes, saysLockedOut, saysUnreachable } from "../events";
import { withScratch } from "./scratch";
import { withOwnSalt } from "./settings";
import { unfinished } from "./unfinished";
import { endingInVain } from "./vain-wait";
import type { StackOptions } from "./stack-options";
import { openStack, presentStack, selectStack } from "./workspace";

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
 * Brings the mesh to what the configuration says. What goes wrong in one cluster holds up no other.
 * @throws ConfigurationError, before anything is changed, when the clusters are not fit for it.
 * @throws UnfinishedUpdate when all is done but for some clusters: they cannot be reached, or something failed there.
 * @throws PulumiError when Pulumi fails otherwise.
 */
export async function up(options: StackOptions & { readonly refresh?: boolean }): Promise<UpdateResult> {
  const judged = policyOptions(options.policyPacks);
  const memory = memoryOf(options);
  const reached = await ensureReachable(options, memory, options.refresh === true ? "accept" : "refuse");
  await ensureRemovable(options, await memory());
  return withOwnSalt(options, async (own) => updated(own, judged, reached, await memory()));
}

async function updated(
  asked: StackOptions & { readonly refresh?: boolean },
  judged: ReturnType<typeof policyOptions>,
  { clusters, failures }: Awaited<ReturnType<typeof ensureReachable>>,
  { state }: StackMemory,
): Promise<UpdateResult> {
  const { end, options, take } = endingInVain(asked);
  const stack = await openStack(options);
  const causes = new Causes();
  try {
    // By itself: the refresh of an update is written down with its first step, and the program, which looks before, would
    // find what a cluster that was made anew no longer has.
    if (options.refresh === true && (state.resources ?? []).length > 0) {
      await refreshed(stack, options);
    }
    const result = await updateWithoutRecords(stack, options, clusters, (listen) =>
      stack.up({
        ...commonOptions(options, (event) => {
          listen(event);
          take(event);
          causes.take(event);
        }),
        ...judged,
        continueOnError: true,
      }),
    );
    return {
      stack: options.stack,
      changes: result.summary.resourceChanges ?? {},
      outputs: plainOutputs(result.outputs),
    };
  } catch (error) {
    throw error instanceof PulumiError ? await explained(error, stack, options, failures, causes) : error;
  } finally {
    end();
  }
}

/**
 * Says what {@link up} would do. Changes nothing: not the stack's file either, and a stack that is not there is not made.
 * @throws EventStreamError when the engine's events broke off, of which the last one has the sums.
 */
export async function preview(options: StackOptions): Promise<ChangesResult> {
  const judged = policyOptions(options.policyPacks);
  return previewed("preview", options, (stack, common) => stack.preview({ ...common, ...judged }));
}

/**
 * Says what {@link destroy} would take away. Changes nothing.
 * @throws EventStreamError as {@link preview} does.
 */
export function previewDestruction(options: StackOptions): Promise<ChangesResult> {
  return previewed("destroy", options, (stack, common) => stack.previewDestroy(common));
}

async function previewed(
  subcommand: "preview" | "destroy",
  options: StackOptions,
  run: (stack: Stack, common: ReturnType<typeof commonOptions>) => Promise<{ readonly changeSummary: Changes }>,
): Promise<ChangesResult> {
  let hasSums = false;
  const onEvent = (event: EngineEvent): void => {
    if (event.summaryEvent !== undefined) hasSums = true;
    options.onEvent?.(event);
  };
  return withScratch(async (scratch) => {
    const own = { ...(await rehearsed(options, scratch)), onEvent };
    // The Automation API would give no changes, and write a warning to our standard error.
    const stack = await presentStack(own, (command) => {
      if (command === subcommand && !hasSums) throw new EventStreamError(options.stack);
    });
    const result = await run(stack, commonOptions(own));
    return { stack: options.stack, changes: result.changeSummary };
  }, options.scratch);
}

/** Brings the stack's state to what the clusters have. Changes no cluster; one that does not answer is passed over. */
export async function refresh(options: StackOptions): Promise<ChangesResult> {
  const { failures } = await ensureReachable(options, memoryOf(options), "accept");
  for (const failure of failures) options.onProgress?.(`warning: ${formatProblem(failure)}`);
  return withOwnSalt(options, async (own) => {
    const stack = await openStack(own);
    const result = await refreshed(stack, own);
    return { stack: options.stack, changes: result.summary.resourceChanges ?? {} };
  });
}

/**
 * Removes what {@link up} made.
 * @param clusters As {@link findClusters} gives them. Default: they are looked for.
 * @returns What was removed; undefined when there is no such stack, and so nothing to remove.
 * @throws UnfinishedUpdate when something failed in some clusters.
 * @throws PulumiError when Pulumi fails otherwise.
 */
export async function destroy(
  options: StackOptions,
  clusters?: ReadonlyMap<string, ClusterAccess>,
): Promise<ChangesResult | undefined> {
  const memory = await readMemory(options);
  const found = clusters ?? (await findClusters(options, memory.knowledge));
  await ensureRemovable(options, memory);
  return withOwnSalt(options, (own) => destroyed(own, found));
}

async function destroyed(
  options: StackOptions,
  found: ReadonlyMap<string, ClusterAccess>,
): Promise<ChangesResult | undefined> {
  const stack = await selectStack(options);
  if (stack === undefined) return undefined;
  try {
    await prepared(stack, options);
    const result = await updateWithoutRecords(stack, options, found, (listen) =>
      // By a refresh alone the provider gives up what it cannot reach: the deletion of a Helm release always fails.
      stack.destroy({
        ...commonOptions(options, listen),
        continueOnError: true,
        ...(givesUpUnreachable(options) ? { refresh: true } : {}),
      }),
    );
    return { stack: options.stack, changes: result.summary.resourceChanges ?? {} };
  } catch (error) {
    throw error instanceof PulumiError ? await explained(error, stack, options, []) : error;
  }
}

/**
 * What the stack's last update said, without secrets. Asks no cluster.
 * @returns Undefined when there is no such stack.
 */
export async function readOutputs(options: StackOptions): Promise<UpdateResult["outputs"] | undefined> {
  const stack = await selectStack(options);
  return stack === undefined ? undefined : plainOutputs(await stack.outputs());
}

function plainOutputs(outputs: OutputMap): UpdateResult["outputs"] {
  return Object.fromEntries(
    Object.entries(outputs)
      .filter(([, output]) => !output.secret)
      .map(([name, output]) => [name, output.value as unknown]),
  );
}

/** The error with the clusters that it is about, where it is about any. */
async function explained(
  error: PulumiError,
  stack: Stack,
  { plan, stack: name, stop }: StackOptions,
  failures: readonly Problem[],
  causes = new Causes(),
): Promise<Error> {
  // An update that was asked to end runs no more commands; without need none is run.
  const isOutOfReach = saysUnreachable(error.stdout) || saysLockedOut(error.stdout);
  if (stop?.aborted === true || !isOutOfReach) {
    return unfinished(error, plan, failures, undefined, causes.byResource) ?? error;
  }
  const state = ((await stack.exportStack()).deployment ?? {}) as ExportedState;
  const described = sitesOf(plan).map((site) => site.name);
  const names = clustersIn(state).filter((cluster) => !described.includes(cluster));
  return unfinished(error, plan, failures, { stack: name, names }, causes.byResource) ?? error;
}
