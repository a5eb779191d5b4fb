import { needKey, needsOf, offersOf, partsOf, trustPart, type MeshPlan, type Need } from "../../topology";
import type { PartState } from "../../stacks";

/** How far a part is in this run. */
export interface PartProgress {
  readonly status: "idle" | "running" | "done" | "failed";
  /** Digest of what it was last begun with in this run; undefined while it has not been. */
  readonly begunWith?: string;
}

/** All that decides which part is next. */
export interface Situation {
  readonly plan: MeshPlan;
  /** What the stacks that exist say of themselves; those among them that the plan no longer has are to go. */
  readonly states: ReadonlyMap<string, PartState>;
  readonly progress: ReadonlyMap<string, PartProgress>;
  /** Digest of what a part would be made of now. */
  readonly digestOf: (part: string) => string;
  /** `changed`: parts that are what they are to be are left alone. `all`: each is updated once at least. */
  readonly extent: "changed" | "all";
}

/** What is to be begun, and what waits. */
export interface Next {
  /** Parts to update, or to remove where the plan no longer has them; the first ones first. */
  readonly begin: readonly string[];
  /** Parts that cannot be begun, and the parts that they wait for. */
  readonly waits: ReadonlyMap<string, readonly string[]>;
}

/**
 * Which parts can be begun, as things are. The trust comes first. A part waits for what it cannot be made without; for a
 * new part that is about to offer what it needs; and, before it takes something away, for those who still use it.
 *
 * Where parts wait for each other only because each still uses what the other takes away, the first of those that stay is
 * begun: what it takes away its users are about to drop.
 * Pure.
 */
export function nextParts(situation: Situation): Next {
  const due = dueParts(situation);
  const waits = new Map<string, readonly string[]>();
  const begin: string[] = [];
  const usersOfPolite = new Map<string, readonly string[]>();
  for (const part of due) {
    const hard = waitsFor(situation, part, due);
    const users = usersOfWithdrawn(situation, part);
    if (hard.length + users.length === 0) begin.push(part);
    else waits.set(part, [...new Set([...hard, ...users])]);
    if (hard.length === 0 && users.length > 0) usersOfPolite.set(part, users);
  }
  if (begin.length > 0 || isRunning(situation)) return { begin: inOrder(situation, begin), waits };
  const [first] = politeAmongThemselves(usersOfPolite);
  if (first !== undefined) waits.delete(first);
  return { begin: first === undefined ? [] : [first], waits };
}

/** Parts that wait for nobody but each other; none that waits for one that failed, which would lose what it still uses. */
function politeAmongThemselves(users: ReadonlyMap<string, readonly string[]>): readonly string[] {
  let polite = [...users.keys()];
  for (let count = -1; count !== polite.length;) {
    count = polite.length;
    const rest = polite;
    polite = rest.filter((part) => users.get(part)?.every((user) => rest.includes(user)));
  }
  return polite;
}

/** Parts of which something is to be done, whether it can be now or not; those that run or have failed left out. Pure. */
export function dueParts(situation: Situation): string[] {
  const { plan, states } = situation;
  const planned = partsOf(plan).filter((part) => isDue(situation, part));
  const removed = [...states.keys()].filter(
    (part) => !isPlanned(situation, part) && statusOf(situation, part) === "idle",
  );
  return [...planned, ...removed.sort()];
}

function isDue(situation: Situation, part: string): boolean {
  const { states, progress, digestOf, extent } = situation;
  const { status, begunWith } = progress.get(part) ?? { status: "idle" };
  if (status === "running" || status === "failed") return false;
  const digest = digestOf(part);
  if (begunWith !== undefined) return begunWith !== digest;
  // Certificates are renewed when their time comes, of which the plan says nothing.
  return part === trustPart || extent === "all" || states.get(part)?.digest !== digest;
}

/** Parts that must end first for a part to be begun. */
function waitsFor(situation: Situation, part: string, due: readonly string[]): string[] {
  const { plan } = situation;
  if (part === trustPart) return [];
  if (!hasEnded(situation, trustPart)) return [trustPart];
  if (!isPlanned(situation, part)) return removalWaitsFor(situation, part, due);
  const missing = needsOf(plan, part).filter((need) => !isOffered(situation, need));
  const first = missing.filter(({ urgency }) => urgency === "first").map((need) => need.part);
  const later = missing.filter(({ urgency }) => urgency === "later").map((need) => need.part);
  const isAgain = situation.progress.get(part)?.begunWith !== undefined;
  const isNew = !isAgain && situation.states.get(part)?.digest === undefined;
  // What a part lacks that was begun already is worth another update only when all is there that is to come.
  const worthWaiting = isNew
    ? []
    : later.filter((other) => (isAgain ? isComing(situation, other, due) : isNewComer(situation, other)));
  return [...new Set([...first, ...worthWaiting])];
}

/** A part that goes is removed when nobody is updated any more, and nobody uses what it has. */
function removalWaitsFor(situation: Situation, part: string, due: readonly string[]): string[] {
  const others = partsOf(situation.plan).filter(
    (other) => due.includes(other) || statusOf(situation, other) === "running",
  );
  return [...new Set([...others, ...usersOf(situation, part, () => true)])];
}

/** Parts that still use what a part is about to take away. The trust takes nothing away from a cluster. */
function usersOfWithdrawn(situation: Situation, part: string): string[] {
  if (part === trustPart || !isPlanned(situation, part)) return [];
  const kept = new Set<string>(offersOf(situation.plan, part));
  return usersOf(situation, part, (offer) => !kept.has(offer));
}

function usersOf(situation: Situation, part: string, isMeant: (offer: string) => boolean): string[] {
  const prefix = `${part}:`;
  return [...situation.states]
    .filter(([user, { uses }]) => {
      if (user === part || (!isPlanned(situation, user) && !isPlanned(situation, part))) return false;
      return Object.keys(uses).some((key) => key.startsWith(prefix) && isMeant(key.slice(prefix.length)));
    })
    .map(([user]) => user);
}

function isOffered({ states }: Situation, { part, offer }: Need): boolean {
  return states.get(part)?.offers[offer] !== undefined;
}

/** Whether a part is still to be begun, or runs. */
function isComing(situation: Situation, part: string, due: readonly string[]): boolean {
  const { status, begunWith } = situation.progress.get(part) ?? { status: "idle" };
  return status === "running" || (due.includes(part) && begunWith === undefined);
}

/** Whether a part was never made and is about to be, in this run. */
function isNewComer(situation: Situation, part: string): boolean {
  return situation.states.get(part)?.digest === undefined && !hasEnded(situation, part);
}

function hasEnded(situation: Situation, part: string): boolean {
  return ["done", "failed"].includes(statusOf(situation, part));
}

function isRunning({ progress }: Situation): boolean {
  return [...progress.values()].some(({ status }) => status === "running");
}

function statusOf({ progress }: Situation, part: string): PartProgress["status"] {
  return progress.get(part)?.status ?? "idle";
}

function isPlanned({ plan }: Situation, part: string): boolean {
  return partsOf(plan).includes(part);
}

/** Those that most others cannot be made without come first; among equals, as the plan has them. */
function inOrder({ plan }: Situation, parts: readonly string[]): string[] {
  const waited = new Map<string, number>();
  for (const part of partsOf(plan)) {
    for (const { part: other, urgency } of needsOf(plan, part)) {
      if (urgency === "first") waited.set(other, (waited.get(other) ?? 0) + 1);
    }
  }
  return [...parts].sort((left, right) => (waited.get(right) ?? 0) - (waited.get(left) ?? 0));
}

/** What a part still lacks when nothing more can be begun, as keys of needs. Pure. */
export function lacksOf({ plan, states }: Pick<Situation, "plan" | "states">, part: string): readonly string[] {
  return needsOf(plan, part)
    .filter((need) => states.get(need.part)?.offers[need.offer] === undefined)
    .map(needKey);
}
