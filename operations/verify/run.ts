import { setTimeout as delay } from "node:timers/promises";
import type { Check, CheckResult, Finding, VerifyContext } from "./check";

/** Between two looks: short at first, because most things that are not yet so are so in a moment. */
const firstPauseMs = 200;
const longestPauseMs = 2_000;

/** One check about one set of clusters, under way. */
interface Task {
  readonly check: Check;
  readonly clusters: readonly string[];
  readonly result: Promise<CheckResult>;
}

/**
 * Runs checks, each as soon as what it needs has passed in the clusters that it is about.
 * @param checks In an order in which a check comes after those that it needs.
 * @param onResult Told of every result when it is there.
 * @returns The results in the order of the table.
 * @throws RangeError when a check needs one that does not come before it.
 */
export async function runChecks(
  checks: readonly Check[],
  context: VerifyContext,
  onResult: (result: CheckResult) => void = () => undefined,
): Promise<CheckResult[]> {
  const tasks: Task[] = [];
  for (const check of checks) {
    for (const id of check.needs) {
      if (!checks.slice(0, checks.indexOf(check)).some((earlier) => earlier.id === id)) {
        throw new RangeError(`check ${check.id} needs ${id}, which does not come before it`);
      }
    }
    const needed = tasks.filter((task) => check.needs.includes(task.check.id));
    tasks.push(
      ...check.subjects(context.plan).map((clusters) => {
        const prerequisites = needed.filter((task) => task.clusters.some((cluster) => clusters.includes(cluster)));
        const result = runOne(check, clusters, prerequisites, context);
        return { check, clusters, result: result.then((value) => (onResult(value), value)) };
      }),
    );
  }
  return Promise.all(tasks.map((task) => task.result));
}

async function runOne(
  check: Check,
  clusters: readonly string[],
  prerequisites: readonly Task[],
  context: VerifyContext,
): Promise<CheckResult> {
  const blocking = (await Promise.all(prerequisites.map((task) => task.result))).find(
    (result) => result.status === "fail" || result.status === "skip",
  );
  if (blocking !== undefined) {
    const message = `not checked, because ${blocking.id} (${blocking.clusters.join(", ")}) did not pass`;
    return { id: check.id, clusters, status: "skip", message, hint: "" };
  }

  const finding = await lookUntilHeld(check, clusters, context);
  if (finding.ok) return { id: check.id, clusters, status: "pass", message: finding.message, hint: "" };
  if (context.signal.aborted) return { id: check.id, clusters, status: "skip", message: "interrupted", hint: "" };
  return {
    id: check.id,
    clusters,
    status: check.severity === "warn" ? "warn" : "fail",
    message: finding.message,
    hint: `${check.hint} See docs/checks.md#${check.id}.`,
  };
}

async function lookUntilHeld(check: Check, clusters: readonly string[], context: VerifyContext): Promise<Finding> {
  const deadline = performance.now() + check.retryMs;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 1.5, longestPauseMs)) {
    const finding = await check.run(context, clusters).catch((error: unknown): Finding => {
      // A programming mistake must not look like a broken mesh.
      if (error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError) throw error;
      return { ok: false, message: error instanceof Error ? error.message : String(error) };
    });
    if (finding.ok || context.signal.aborted || performance.now() + pauseMs > deadline) return finding;
    await delay(pauseMs, undefined, { signal: context.signal }).catch(() => undefined);
  }
}
