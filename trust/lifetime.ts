import type { X509Certificate } from "node:crypto";

const dayMs = 24 * 60 * 60 * 1000;

/** So many days before its end a CA is told of: enough to have another one signed by people who sign by hand. */
const warningDays = 60;

/** How a certificate stands to its end: within its lifetime, near its end, or past it. */
export type LifetimeState = "good" | "ending" | "past";

/** When something ends, and when it began where that is known. */
export interface Lifetime {
  readonly from?: Date;
  readonly until: Date;
}

/** The lifetime of a certificate. */
export function lifetimeOf({ validFromDate, validToDate }: X509Certificate): Lifetime {
  return { from: validFromDate, until: validToDate };
}

/**
 * How a lifetime stands: near its end are the last {@link warningDays}, or the last third of one that is short, such as
 * those that are renewed by a machine.
 */
export function lifetimeState({ from, until }: Lifetime, now: Date): LifetimeState {
  const left = until.getTime() - now.getTime();
  if (left < 0) return "past";
  const third = from === undefined ? Infinity : (until.getTime() - from.getTime()) / 3;
  return left < Math.min(warningDays * dayMs, third) ? "ending" : "good";
}

/** Whole days until an end, downwards: negative when it is past. */
export function daysUntil(end: Date, now: Date): number {
  return Math.floor((end.getTime() - now.getTime()) / dayMs);
}

/**
 * When something ends, for a line: `ends on 2031-11-28, in 1824 days`.
 * @param daysLeft As {@link daysUntil} has them.
 */
export function endWords(end: Date, daysLeft: number): string {
  const day = end.toISOString().slice(0, 10);
  if (daysLeft < 0) return `ended on ${day}`;
  if (daysLeft === 0) return `ends within a day, at ${end.toISOString()}`;
  return `ends on ${day}, in ${daysLeft} ${daysLeft === 1 ? "day" : "days"}`;
}
