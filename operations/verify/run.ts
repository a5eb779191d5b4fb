import { setTimeout as delay } from "node:timers/promises";
import { acceptanceOf } from "../acceptance";
import { documentationPage } from "../deployment/documentation";
import type { MeshPlan } from "../../topology";
import type { Check, CheckResult, Finding, Need, NeedElsewhere, VerifyContext } from "./check";

/** Between two looks: short at first, because most things that are not yet so are so in a moment. */
const firstPauseMs = 200;
const longestPauseMs = 2_000;

/** A look that comes as soon as that after all that was waited makes nobody wait much longer than what it looks for takes. */
const pauseOfWaited = 0.1;

/** The pause before the next look, after so long. Pure. */
export function pauseAfter(waitedMs: number): number {
  return Math.min(Math.max(firstPauseMs, waitedMs * pauseOfWaited), longestPauseMs);
}

/** What may fail by the mesh's file holds up nothing: it is looked at again for what is only not yet so, in milliseconds. */
const acceptedRetryMs = 2_000;

/** One check about one set of clusters, and what must hold before. */
interface Task {
  readonly check: Check;
  readonly clusters: readonly string[];
  readonly prerequisites: readonly Prerequisite[];
}

/** What came of a check. */
interface Outcome {
  readonly result: CheckResult;
  /** Whether it leaves nothing to look at for those that need it. */
  readonly isBlocking: boolean;
}

/** One check that another waits for. */
interface Prerequisite {
  readonly task: Task;
  readonly otherwise: Required<NeedElsewhere>["otherwise"];
}

/**
 * Runs checks, each as soon as what it needs has passed where it needs it.
 * @param checks In an order in which a check comes after those that it needs.
 * @param onResult Told of every result when it is there.
 * @param isWanted Which results are asked for. What those need is run too, and counts where it does not hold. Default: all.
 * @returns The results in the order of the table.
 * @throws RangeError when a check needs one that does not come before it.
 */
export async function runChecks(
  checks: readonly Check[],
  context: VerifyContext,
  onResult: (result: CheckResult) => void = () => undefined,
  isWanted: (check: Check, clusters: readonly string[]) => boolean = () => true,
): Promise<CheckResult[]> {
  const tasks = tasksOf(checks, context.plan);
  const wanted = new Set(tasks.filter(({ check, clusters }) => isWanted(check, clusters)));
  const counts = (task: Task, { status }: CheckResult): boolean => wanted.has(task) || status !== "pass";
  const results = new Map<Task, Promise<Outcome>>();
  for (const task of withPrerequisites(tasks, wanted)) {
    const outcome = runOne(task, results, context).then((value) => {
      if (counts(task, value.result)) onResult(value.result);
      return value;
    });
    results.set(task, outcome);
  }
  const all = await Promise.all([...results].map(async ([task, outcome]) => ({ task, ...(await outcome) })));
  return all.filter(({ result, task }) => counts(task, result)).map(({ result }) => result);
}

function tasksOf(checks: readonly Check[], plan: MeshPlan): Task[] {
  const tasks: Task[] = [];
  for (const check of checks) {
    const needs = check.needs
      .map(inFull)
      .filter(({ id, otherwise }) => otherwise !== "wait" || checks.some((one) => one.id === id));
    for (const { id } of needs) {
      if (!checks.slice(0, checks.indexOf(check)).some((earlier) => earlier.id === id)) {
        throw new RangeError(`check ${check.id} needs ${id}, which does not come before it`);
      }
    }
    tasks.push(
      ...check.subjects(plan).map((clusters) => {
        const prerequisites = needs.flatMap(({ id, of, otherwise }) => {
          const where = new Set(of(plan, clusters));
          const needed = tasks.filter((task) => task.check.id === id && task.clusters.some((name) => where.has(name)));
          return needed.map((task): Prerequisite => ({ task, otherwise }));
        });
        return { check, clusters, prerequisites };
      }),
    );
  }
  return tasks;
}

/** Those that are wanted and all that they need, in the order of the table. */
function withPrerequisites(tasks: readonly Task[], wanted: ReadonlySet<Task>): Task[] {
  const needed = new Set(wanted);
  for (const task of [...tasks].reverse()) {
    if (needed.has(task)) for (const prerequisite of task.prerequisites) needed.add(prerequisite.task);
  }
  return tasks.filter((task) => needed.has(task));
}

function inFull(need: Need): Required<NeedElsewhere> {
  if (typeof need === "string") return { id: need, of: (_plan, clusters) => clusters, otherwise: "skip" };
  return { otherwise: "skip", ...need };
}

async function runOne(
  { check, clusters, prerequisites }: Task,
  outcomes: ReadonlyMap<Task, Promise<Outcome>>,
  context: VerifyContext,
): Promise<Outcome> {
  const settled = await Promise.all(
    prerequisites.map(async ({ otherwise, task }) => {
      const outcome = await outcomes.get(task);
      if (outcome === undefined) throw new RangeError(`${check.id} does not come after ${task.check.id}`);
      return { otherwise, ...outcome };
    }),
  );
  const missing = settled.filter(({ isBlocking }) => isBlocking);
  const skipped = (result: CheckResult): Outcome => ({ result, isBlocking: true });
  const blocking = missing.find(({ otherwise }) => otherwise === "skip")?.result;
  if (blocking !== undefined) return skipped(notChecked(check, clusters, blocking));

  const leftOut = missing.filter(({ otherwise }) => otherwise === "leave out");
  const without = new Set(leftOut.flatMap(({ result }) => result.clusters));
  const subject = { id: check.id, clusters };
  const accepted = acceptanceOf(context.plan.accepted, subject, new Date());
  const ownMs = context.retryMs ?? check.retryMs;
  const retryMs = accepted === undefined ? ownMs : Math.min(ownMs, acceptedRetryMs);
  const finding = await lookUntilHeld(check, clusters, without, { ...context, retryMs });
  const [first] = missing;
  if (finding.isVoid === true && first !== undefined) return skipped(notChecked(check, clusters, first.result));
  if (finding.ok) {
    return { result: { ...subject, status: "pass", message: finding.message, hint: "" }, isBlocking: false };
  }
  if (context.signal.aborted) return skipped({ ...subject, status: "skip", message: "interrupted", hint: "" });
  const isTolerated = check.isTolerated?.(context.plan, clusters) === true;
  const isMere = check.severity === "warn" || finding.isWarning === true;
  return {
    result: {
      ...subject,
      status: isMere || isTolerated || accepted !== undefined ? "warn" : "fail",
      message: finding.message,
      hint: accepted === undefined ? hintFor(check, finding, context) : "",
      ...(accepted === undefined ? {} : { accepted }),
    },
    // What is tolerated or accepted does not hold all the same; any other warning is of something that is no failure yet.
    isBlocking: !isMere || isTolerated,
  };
}

function hintFor(check: Check, { hint }: Finding, { origin }: VerifyContext): string {
  const ofCheck = (origin === "clusters" ? check.hintByHand : undefined) ?? check.hint;
  return `${hint ?? ofCheck} See ${documentationPage(`checks.md#${check.id}`)}.`;
}

/** What needs something that was not checked itself is not checked for the same reason. */
function notChecked({ id }: Check, clusters: readonly string[], cause: CheckResult): CheckResult {
  const message =
    cause.status === "skip"
      ? cause.message
      : `not checked, because ${cause.id} (${cause.clusters.join(", ")}) did not pass`;
  return { id, clusters, status: "skip", message, hint: "" };
}

async function lookUntilHeld(
  check: Check,
  clusters: readonly string[],
  without: ReadonlySet<string>,
  context: VerifyContext & Required<Pick<VerifyContext, "retryMs">>,
): Promise<Finding> {
  const started = performance.now();
  for (;;) {
    const finding = await check.run(context, clusters, without).catch((error: unknown): Finding => {
      // A programming mistake must not look like a broken mesh.
      if (error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError) throw error;
      return { ok: false, message: error instanceof Error ? error.message : String(error) };
    });
    const waitedMs = performance.now() - started;
    const pauseMs = pauseAfter(waitedMs);
    if (
      finding.ok ||
      finding.isVoid === true ||
      finding.isWarning === true ||
      finding.isFinal === true ||
      context.signal.aborted ||
      waitedMs + pauseMs > context.retryMs
    )
      return finding;
    await delay(pauseMs, undefined, { signal: context.signal }).catch(() => undefined);
  }
}
