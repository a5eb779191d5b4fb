import type { ToldCall } from "./telling-caller";

/** Who is to answer before a phase is over: one cluster all calls, one cluster some of them, or whoever. */
export type Goal =
  { readonly kind: "all" | "some"; readonly by: string } | { readonly kind: "answered"; readonly by?: undefined };

/** What the calls of one line came to in one phase. */
export interface PhaseFigures {
  readonly phase: string;
  readonly line: string;
  readonly calls: number;
  readonly failed: number;
  /** The longest time from one answer to the next. */
  readonly longestWithoutMs: number;
  /** From the phase's beginning until its goal was reached for good; undefined where it was not. */
  readonly reachedAfterMs: number | undefined;
  /** How many answers came from each cluster. */
  readonly answers: Readonly<Record<string, number>>;
  /** Why calls failed, each reason once. */
  readonly reasons: readonly string[];
}

/** A time in which something is tried. */
export interface Phase {
  readonly name: string;
  readonly beganAt: number;
  readonly endedAt: number;
}

/** What the calls of a line came to in a phase: those that began in it, and answers that came in it. Pure. */
export function figuresOf(phase: Phase, line: string, told: readonly ToldCall[], goal: Goal): PhaseFigures {
  const isIn = (moment: number): boolean => moment >= phase.beganAt && moment < phase.endedAt;
  const calls = told.filter(({ began }) => isIn(began));
  const answered = calls.filter(({ by }) => by !== undefined);
  const answers: Record<string, number> = {};
  for (const { by = "" } of answered) answers[by] = (answers[by] ?? 0) + 1;
  const answeredAt = told.filter(({ at, by }) => by !== undefined && isIn(at)).map(({ at }) => at);
  return {
    phase: phase.name,
    line,
    calls: calls.length,
    failed: calls.length - answered.length,
    longestWithoutMs: longestStep([phase.beganAt, ...answeredAt, phase.endedAt]),
    reachedAfterMs: reachedAfterMs(calls, goal, phase.beganAt),
    answers,
    reasons: [...new Set(calls.flatMap(({ reason }) => reason ?? []))],
  };
}

function longestStep(moments: readonly number[]): number {
  const sorted = [...moments].sort((left, right) => left - right);
  return Math.max(...sorted.slice(1).map((moment, index) => moment - (sorted[index] ?? moment)));
}

/** So many calls in a row are to show a goal before it counts as reached. */
const inRow = 10;

/** Whether the last calls show that a goal is reached. Pure. */
export function isReached(told: readonly ToldCall[], goal: Goal): boolean {
  if (goal.kind === "some") return told.some(({ by }) => by === goal.by);
  const last = told.slice(-inRow);
  return last.length === inRow && last.every((call) => isMeant(call, goal));
}

function reachedAfterMs(calls: readonly ToldCall[], goal: Goal, beganAt: number): number | undefined {
  if (!isReached(calls, goal)) return undefined;
  if (goal.kind === "some") return (calls.find(({ by }) => by === goal.by)?.at ?? beganAt) - beganAt;
  const lastOther = calls.findLast((call) => !isMeant(call, goal));
  return lastOther === undefined ? 0 : lastOther.at - beganAt;
}

function isMeant({ by }: ToldCall, goal: Goal): boolean {
  return goal.kind === "all" ? by === goal.by : by !== undefined;
}
