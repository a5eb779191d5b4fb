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

/** Why a part is not begun: the parts that it waits for. */
interface Waits {
  /** It cannot be made without them. */
  readonly needed: readonly string[];
  /** With them it need not be updated once more. */
  readonly awaited: readonly string[];
  /** They still use what it takes away. */
  readonly users: readonly string[];
}

/**
 * Which parts can be begun, as things are. The trust comes first. A part waits for what it cannot be made without; for a
 * part that is about to offer what it lacks; and, before it takes something away, for those who still use it.
 *
 * Where nothing can be begun, only the first of these counts: a part that could be spared an update is not. Where parts
 * wait for each other because each still uses what the other takes away, the first is begun: its users are about to drop
 * that. But nothing is taken away from one that failed, or waits for one that did.
 * Pure.
 */
export function nextParts(situation: Situation): Next {
  const due = dueParts(situation);
  const all = new Map(due.map((part) => [part, waitsOf(situation, part, due)] as const));
  const begin = chosen(situation, all);
  const waits = [...all].filter(([part]) => !begin.includes(part));
  return {
    begin: inOrder(situation, begin),
    waits: new Map(
      waits.flatMap(([part, { needed, awaited, users }]) => {
        const others = [...new Set([...needed, ...awaited, ...users])];
        return others.length === 0 ? [] : [[part, others]];
      }),
    ),
  };
}

function chosen(situation: Situation, all: ReadonlyMap<string, Waits>): readonly string[] {
  const such = (isMet: (waits: Waits, part: string) => boolean): string[] =>
    [...all].filter(([part, waits]) => isMet(waits, part)).map(([part]) => part);
  const free = such(({ needed, awaited, users }) => needed.length + awaited.length + users.length === 0);
  if (free.length > 0 || isRunning(situation)) return free;
  const possible = such(({ needed, users }) => needed.length + users.length === 0);
  if (possible.length > 0) return possible;
  const stuck = stuckParts(situation, all);
  return such(({ needed, users }) => needed.length === 0 && !users.some((user) => stuck.has(user))).slice(0, 1);
}

/** Parts that failed, and those that cannot be made without one of them. */
function stuckParts({ progress }: Situation, all: ReadonlyMap<string, Waits>): ReadonlySet<string> {
  const stuck = new Set([...progress].filter(([, { status }]) => status === "failed").map(([part]) => part));
  for (let size = -1; size !== stuck.size;) {
    size = stuck.size;
    for (const [part, { needed }] of all) if (needed.some((other) => stuck.has(other))) stuck.add(part);
  }
  return stuck;
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

function waitsOf(situation: Situation, part: string, due: readonly string[]): Waits {
  const { plan } = situation;
  const none: Waits = { needed: [], awaited: [], users: [] };
  if (part === trustPart) return none;
  if (!hasEnded(situation, trustPart)) return { ...none, needed: [trustPart] };
  if (!isPlanned(situation, part)) return { ...none, needed: removalWaitsFor(situation, part, due) };
  const missing = needsOf(plan, part).filter((need) => !isOffered(situation, need));
  const of = (urgency: Need["urgency"]): string[] =>
    missing.filter((need) => need.urgency === urgency).map((need) => need.part);
  const isAgain = situation.progress.get(part)?.begunWith !== undefined;
  const isNew = !isAgain && situation.states.get(part)?.digest === undefined;
  // What a part lacks that was begun already is worth another update only when all is there that is to come.
  const isAwaited = (other: string): boolean =>
    isAgain ? isComing(situation, other, due) : isNewcomer(situation, other);
  return {
    needed: of("first"),
    awaited: isNew ? [] : of("later").filter(isAwaited),
    users: usersOfWithdrawn(situation, part),
  };
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
      // One that goes as well need not be spared.
      if (user === part || !isPlanned(situation, user)) return false;
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
function isNewcomer(situation: Situation, part: string): boolean {
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
