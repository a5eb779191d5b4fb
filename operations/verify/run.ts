import { setTimeout as delay } from "node:timers/promises";
import { documentationPage } from "../deployment/documentation";
import type { MeshPlan } from "../../topology";
import type { Check, CheckResult, Finding, Need, NeedElsewhere, VerifyContext } from "./check";

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
 * Runs checks, each as soon as what it needs has passed where it needs it.
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
    const needs = check.needs.map(inFull);
    for (const { id } of needs) {
      if (!checks.slice(0, checks.indexOf(check)).some((earlier) => earlier.id === id)) {
        throw new RangeError(`check ${check.id} needs ${id}, which does not come before it`);
      }
    }
    tasks.push(
      ...check.subjects(context.plan).map((clusters) => {
        const prerequisites = needs.flatMap(({ id, of, otherwise }) => {
          const where = new Set(of(context.plan, clusters));
          const needed = tasks.filter((task) => task.check.id === id && task.clusters.some((name) => where.has(name)));
          return needed.map((task): Prerequisite => ({ task, otherwise }));
        });
        const result = runOne(check, clusters, prerequisites, context);
        return { check, clusters, result: result.then((value) => (onResult(value), value)) };
      }),
    );
  }
  return Promise.all(tasks.map((task) => task.result));
}

/** One check that another waits for. */
interface Prerequisite {
  readonly task: Task;
  readonly otherwise: "skip" | "leave out";
}

function inFull(need: Need): Required<NeedElsewhere> {
  if (typeof need === "string") return { id: need, of: (_plan, clusters) => clusters, otherwise: "skip" };
  return { otherwise: "skip", ...need };
}

async function runOne(
  check: Check,
  clusters: readonly string[],
  prerequisites: readonly Prerequisite[],
  context: VerifyContext,
): Promise<CheckResult> {
  const settled = await Promise.all(
    prerequisites.map(async ({ task, otherwise }) => ({ otherwise, check: task.check, result: await task.result })),
  );
  const missing = settled.filter(({ check: needed, result }) => blocks(needed, result));
  const blocking = missing.find(({ otherwise }) => otherwise === "skip")?.result;
  if (blocking !== undefined) return notChecked(check, clusters, blocking);

  const without = new Set(missing.flatMap(({ result }) => result.clusters));
  const finding = await lookUntilHeld(check, clusters, without, context);
  const [first] = missing;
  if (finding.isVoid === true && first !== undefined) return notChecked(check, clusters, first.result);
  if (finding.ok) return { id: check.id, clusters, status: "pass", message: finding.message, hint: "" };
  if (context.signal.aborted) return { id: check.id, clusters, status: "skip", message: "interrupted", hint: "" };
  return {
    id: check.id,
    clusters,
    status: isMere(check, finding, context.plan, clusters) ? "warn" : "fail",
    message: finding.message,
    hint: `${finding.hint ?? check.hint} See ${documentationPage(`checks.md#${check.id}`)}.`,
  };
}

function isMere(check: Check, finding: Finding, plan: MeshPlan, clusters: readonly string[]): boolean {
  return check.severity === "warn" || finding.isWarning === true || check.isTolerated?.(plan, clusters) === true;
}

/** What needs something that was not checked itself is not checked for the same reason. */
function notChecked({ id }: Check, clusters: readonly string[], cause: CheckResult): CheckResult {
  const message =
    cause.status === "skip"
      ? cause.message
      : `not checked, because ${cause.id} (${cause.clusters.join(", ")}) did not pass`;
  return { id, clusters, status: "skip", message, hint: "" };
}

/** Whether a check that did not pass leaves nothing to look at for those that need it. */
function blocks({ severity }: Check, { status }: CheckResult): boolean {
  return status === "fail" || status === "skip" || (status === "warn" && severity === "fatal");
}

async function lookUntilHeld(
  check: Check,
  clusters: readonly string[],
  without: ReadonlySet<string>,
  context: VerifyContext,
): Promise<Finding> {
  const deadline = performance.now() + check.retryMs;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 1.5, longestPauseMs)) {
    const finding = await check.run(context, clusters, without).catch((error: unknown): Finding => {
      // A programming mistake must not look like a broken mesh.
      if (error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError) throw error;
      return { ok: false, message: error instanceof Error ? error.message : String(error) };
    });
    if (
      finding.ok ||
      finding.isVoid === true ||
      finding.isWarning === true ||
      context.signal.aborted ||
      performance.now() + pauseMs > deadline
    )
      return finding;
    await delay(pauseMs, undefined, { signal: context.signal }).catch(() => undefined);
  }
}
