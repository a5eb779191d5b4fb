import { createHash } from "node:crypto";
import { mkdir, realpath } from "node:fs/promises";
import { join } from "node:path";
import { ConfigurationError } from "../../topology/problem";
import { withLock } from "../lock";
import type { Progress } from "../progress";
import { buildGroup, removeUnfinished, type Group } from "./cache";
import { cancelOnFailure } from "./command";
import { missingGroups, planTools, type ToolPlan } from "./plan";
import { checkPrerequisites } from "./prerequisites";
import type { Toolbox } from "./toolbox";

/**
 * Makes sure that everything the lab runs is in the cache, and builds what is not. Of several processes one builds;
 * the others wait for it.
 * @param signal ends the build; what is complete stays.
 * @throws ConfigurationError when the machine lacks what the build needs; nothing has been changed then.
 * @throws ToolError when something cannot be built or fetched.
 */
export async function ensureTools(progress: Progress, signal?: AbortSignal): Promise<Toolbox> {
  const plan = planTools((line) => progress.note(line));
  if (missingGroups(plan).length > 0) {
    const problems = await checkPrerequisites();
    if (problems.length > 0) throw new ConfigurationError(problems);
    const build = async () => {
      await removeUnfinished(plan.cache);
      await buildMissing(plan, progress, signal);
    };
    await withCacheLock(plan.cache, progress, build, signal);
  }
  return plan.toolbox();
}

/** Everything that the lab runs, if all of it is in the cache. Builds nothing. */
export function builtTools(): Toolbox | undefined {
  const plan = planTools();
  return missingGroups(plan).length === 0 ? plan.toolbox() : undefined;
}

async function buildMissing(plan: ToolPlan, progress: Progress, signal?: AbortSignal): Promise<void> {
  const missing = new Set(missingGroups(plan).map(({ name }) => name));
  progress.expect(missing.size);
  const build = async (groups: readonly Group[]) => {
    for (const group of groups.filter(({ name }) => missing.has(name))) {
      await progress.step(group.title, (report) => buildGroup(plan.cache, group, report));
    }
  };
  await cancelOnFailure(
    plan.lanes.map((groups) => () => build(groups)),
    signal,
  );
  await cancelOnFailure([() => build(plan.last)], signal);
}

/**
 * Builds groups that are no part of every lab, one after the other, as the only process that changes this cache.
 * @param missing Says which are not there, asked again once nobody else builds.
 */
export async function buildAlone(
  cache: string,
  missing: () => readonly Group[],
  progress: Progress,
  signal?: AbortSignal,
): Promise<void> {
  const build = async (): Promise<void> => {
    await removeUnfinished(cache);
    const groups = missing();
    progress.expect(groups.length);
    for (const group of groups) {
      signal?.throwIfAborted();
      await progress.step(group.title, (report) => buildGroup(cache, group, report));
    }
  };
  await withCacheLock(cache, progress, build, signal);
}

/** Runs an action as the only one that changes this cache. */
async function withCacheLock<T>(
  cache: string,
  progress: Progress,
  action: () => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  await mkdir(join(cache, "lab"), { recursive: true });
  const digest = createHash("sha256")
    .update(await realpath(cache))
    .digest("hex")
    .slice(0, 16);
  const tellHolder = (holder: number) =>
    progress.note(`Another command (process ${holder}) is building the lab's tools: waiting for it.`);
  return withLock(`isthmus-cache-${digest}`, action, tellHolder, signal);
}
