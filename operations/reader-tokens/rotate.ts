import { setTimeout as delay } from "node:timers/promises";
import type { ConfigurationEdit } from "../../access";
import { ConfigurationError, configurationPath, listed, type Problem } from "../../topology";
import { ensureNothingElse, updateByEdit, type LoneChange, type Reconfigurable } from "../edited-update";
import type { ClusterTokens, ReaderTokensReport, TokenStep } from "./report";
import { firstStep } from "./step";

/** A mesh whose tokens are rotated. */
export interface RotatableMesh extends Reconfigurable<RotatableMesh> {
  /** How its tokens stand. */
  report(): Promise<ReaderTokensReport>;
  /**
   * What an update would change beside readers' tokens, in words.
   * @throws ConfigurationError with what it would refuse.
   */
  otherChanges(): Promise<readonly string[]>;
  /** Brings the mesh to what its file says. */
  up(): Promise<void>;
}

/** Which clusters are concerned. */
export interface RotationSelection {
  /** Default: all that istiods elsewhere read. */
  readonly clusters?: readonly string[];
  /** `due`: of those that rest, the ones whose used token is older than it may be. `all`: each of them. */
  readonly age: "all" | "due";
}

/** How a rotation tells of itself, and is limited. */
export interface RotationHost {
  /** Told of what is done, and of what is awaited. */
  readonly tell: (words: string) => void;
  /** Ends it between two steps, and while it waits. */
  readonly signal?: AbortSignal;
  /** How long istiods may take to follow one step, in milliseconds. Default: 300000. */
  readonly waitMs?: number;
  /** Between two looks, in milliseconds. Default: 1000. */
  readonly pollMs?: number;
  readonly now?: () => Date;
}

/**
 * An istiod takes up another remote secret within seconds, or, where its connection broke just then, within two minutes; and
 * gives up syncing a cluster after half a minute (PILOT_REMOTE_CLUSTER_TIMEOUT). The rest is for large clusters.
 */
const followingTakesAtMostMs = 300_000;

/** What is to be done: nothing; or steps of clusters that are under way or begin; or only an update that is due. */
export interface RotationPlan {
  /** Clusters that are taken along, by name. */
  readonly clusters: readonly ClusterTokens[];
  /** The next step of each, by the cluster's name. */
  readonly steps: ReadonlyMap<string, TokenStep>;
}

/**
 * What a rotation does next: it ends what is under way in the clusters concerned, and begins where nothing is. So one that
 * was killed and is run again goes on with what it had begun, and begins nothing a second time. Pure.
 * @throws ConfigurationError for a cluster that has no readers, and one that cannot be asked.
 */
export function planRotation(report: ReaderTokensReport, selection: RotationSelection, now: Date): RotationPlan {
  const concerned = concernedIn(report, selection);
  const underWay = concerned.filter(({ next, state }) => next !== undefined || state === "unapplied" || isHeld(state));
  const fresh = concerned.filter(({ isDue }) => selection.age === "all" || isDue);
  const clusters = underWay.length > 0 ? underWay : fresh;
  const unread = clusters.filter(({ state }) => state === "unread");
  if (unread.length > 0) throw new ConfigurationError(unread.map(unreadProblem));
  const steps = clusters.flatMap((cluster): [string, TokenStep][] => {
    if (cluster.next !== undefined) return [[cluster.cluster, cluster.next]];
    return underWay.length > 0 ? [] : [[cluster.cluster, beginning(cluster, now)]];
  });
  return { clusters, steps: new Map(steps) };
}

const isHeld = (state: ClusterTokens["state"]): boolean => state === "following";

function beginning({ tokens }: ClusterTokens, now: Date): TokenStep {
  const named = tokens.filter(({ place }) => place !== "leaving").map(({ name }) => name);
  const used = tokens.find(({ place }) => place === "used")?.name ?? "";
  return firstStep(
    { tokens: named, used },
    tokens.map(({ name }) => name),
    now,
  );
}

function concernedIn({ clusters }: ReaderTokensReport, selection: RotationSelection): readonly ClusterTokens[] {
  const names = clusters.map(({ cluster }) => cluster);
  const unknown = (selection.clusters ?? []).filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    throw new ConfigurationError(
      unknown.map((name) => ({
        path: "isthmus rotate tokens --cluster",
        expected: `a cluster that an istiod elsewhere reads: ${names.length === 0 ? "there is none" : listed(names)}`,
        found: name,
        fix: "Name one of these.",
      })),
    );
  }
  return clusters.filter(({ cluster }) => selection.clusters?.includes(cluster) ?? true);
}

function unreadProblem({ awaited, cluster }: ClusterTokens): Problem {
  return {
    path: configurationPath("clusters", cluster, "readerTokens"),
    expected: "an answer of the cluster that says which tokens it has",
    found: listed(awaited),
    fix: "Nothing was changed. Run again when it answers, or name others with `--cluster`.",
  };
}

/**
 * Rotates the tokens by which clusters are read, in ordinary updates of which each is one edit of the stack's file: another
 * token is made, the istiods are given it, and the former one is revoked once every istiod has been seen to go by the other.
 * @returns What was done, in words.
 * @throws ConfigurationError where something else would change too, and for what an update refuses; what was begun stays, and
 *   the next run goes on with it.
 */
export async function rotateTokens(
  mesh: RotatableMesh,
  selection: RotationSelection,
  host: RotationHost,
): Promise<readonly string[]> {
  const done: string[] = [];
  const now = host.now ?? (() => new Date());
  const record = (words: string): void => {
    done.push(words);
    host.tell(`Done: ${words}`);
  };
  let current = mesh;
  let ours: RotationSelection = selection;
  for (let round = 0; ; round += 1) {
    host.signal?.throwIfAborted();
    const { clusters, steps } = planRotation(await settled(current, ours, host, now), ours, now());
    const unapplied = clusters.filter(({ state }) => state === "unapplied");
    const isOver = round > 0 && [...steps.values()].every(({ kind }) => kind === "add");
    if (clusters.length === 0 || (isOver && unapplied.length === 0)) return done;
    if (round === 0) {
      ensureNothingElse(alone, await current.otherChanges());
      // What is not begun now is not begun later: each cluster is rotated once.
      ours = { clusters: clusters.map(({ cluster }) => cluster), age: "all" };
    }
    if (unapplied.length > 0) {
      await current.up();
      const names = listed(unapplied.map(({ cluster }) => cluster));
      record(`bring ${names} to what the file says, as an update was to that did not end`);
      continue;
    }
    current = await taken(current, steps);
    record(listed([...steps].map(([cluster, { what }]) => `${cluster}: ${what}`)));
  }
}

const alone: LoneChange = { command: "isthmus rotate tokens", aim: "tokens are" };

/** How it stands once everything has followed that is concerned. */
async function settled(
  mesh: RotatableMesh,
  selection: RotationSelection,
  { pollMs = 1_000, signal, tell, waitMs = followingTakesAtMostMs }: RotationHost,
  now: () => Date,
): Promise<ReaderTokensReport> {
  const deadline = performance.now() + waitMs;
  for (let said = ""; ;) {
    const report = await mesh.report();
    const following = planRotation(report, selection, now()).clusters.filter(({ state }) => state === "following");
    if (following.length === 0) return report;
    const words = listed(following.flatMap(({ awaited, cluster }) => awaited.map((one) => `${cluster}: ${one}`)));
    if (performance.now() > deadline) {
      throw new Error(
        `${words}, after ${String(waitMs / 1000)} s. Nothing is revoked; mend what keeps it from following, and run \`isthmus rotate tokens\` again: it goes on from there.`,
      );
    }
    if (words !== said) tell(`Waiting: ${words}`);
    said = words;
    await delay(pollMs, undefined, signal === undefined ? {} : { signal });
  }
}

async function taken(mesh: RotatableMesh, steps: ReadonlyMap<string, TokenStep>): Promise<RotatableMesh> {
  const edits = [...steps].flatMap(([cluster, { tokens, used }]): ConfigurationEdit[] => [
    { keys: ["clusters", cluster, "readerTokens", "tokens"], value: tokens },
    { keys: ["clusters", cluster, "readerTokens", "used"], value: used },
  ]);
  return updateByEdit(mesh, edits, (changed) => changed.up());
}
