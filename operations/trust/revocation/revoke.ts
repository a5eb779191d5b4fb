import { setTimeout as delay } from "node:timers/promises";
import type { ConfigurationEdit, EditedFile } from "../../../access";
import { ConfigurationError, listed } from "../../../topology";
import { ensureNothingElse, updateByEdit, type LoneChange, type Reconfigurable } from "../../edited-update";
import type { RevocationReport, RevocationStep } from "./report";

/** What the file with lists is to become. */
export type ListsWish =
  /** One list of every CA, with what is revoked already. */
  | { readonly kind: "renew" }
  /** The same, and the certificate of one key of a cluster's intermediate CA is revoked too. */
  | { readonly kind: "revoke"; readonly cluster: string; readonly key: string };

/** A file with lists that was written. */
export interface WrittenLists extends EditedFile {
  /** Its path, as the mesh's file names it. */
  readonly file: string;
}

/** A mesh in which an intermediate CA is revoked. */
export interface RevocableMesh extends Reconfigurable<RevocableMesh> {
  /** Where that stands for a cluster. */
  report(cluster: string): Promise<RevocationReport>;
  /** Writes the file with lists. */
  writeLists(wish: ListsWish): Promise<WrittenLists>;
  /** What an update would change, in words. */
  otherChanges(): Promise<readonly string[]>;
  /** Brings the mesh to what its file says. */
  up(): Promise<void>;
}

/** How a revocation tells of itself, and is limited. */
export interface RevocationHost {
  /** Told of what is done, and of what is awaited. */
  readonly tell: (words: string) => void;
  /** Ends it between two steps, and while it waits. */
  readonly signal?: AbortSignal;
  /** How long proxies may take to follow, all steps together, in milliseconds. */
  readonly waitMs: number;
  /** Between two looks, in milliseconds. Default: 2000. */
  readonly pollMs?: number;
}

/** How an intermediate CA is revoked. */
export interface Revoking extends RevocationHost {
  readonly cluster: string;
  /** `followed`: once nobody presents a certificate of it. `now`: at once, and who still does is refused. */
  readonly cut: "followed" | "now";
}

/** What came of it. */
export interface Revoked extends RevocationReport {
  /** What was done, in words. */
  readonly done: readonly string[];
}

/**
 * Gives the istiod of a cluster another key and revokes the former one's certificate, in ordinary updates of which each is one
 * edit of the stack's file. It can be killed at any moment: the next run ends what is under way, and begins nothing else.
 * @throws ConfigurationError where something else would change too, and for what an update refuses.
 */
export async function revokeIntermediate(mesh: RevocableMesh, revoking: Revoking): Promise<Revoked> {
  const { cluster, cut, tell } = revoking;
  const deadline = performance.now() + revoking.waitMs;
  const done: string[] = [];
  const record = (words: string): void => {
    done.push(words);
    tell(`Done: ${words}`);
  };
  for (let current = mesh; ;) {
    revoking.signal?.throwIfAborted();
    const first = await current.report(cluster);
    const isOver = done.length > 0 && !first.underWay;
    const awaits = isOver || (first.steps[0]?.awaits === "all" && !(cut === "now" && first.steps[0].kind === "revoke"));
    const report = awaits ? await settled(current, cluster, revoking, deadline) : first;
    const [step] = report.steps;
    if (report.readiness.kind === "unapplied") {
      await current.up();
      record(`Brought the mesh what its file says: ${listed(report.readiness.words)}.`);
      continue;
    }
    if (isOver || step === undefined || (awaits && report.readiness.kind === "following")) return { ...report, done };
    if (done.length === 0) ensureNothingElse(alone, await current.otherChanges());
    current = await taken(current, cluster, step, report);
    record(step.what);
  }
}

/**
 * Writes the lists anew, with one for CAs that have come since, and brings them to every proxy.
 * @throws ConfigurationError as {@link revokeIntermediate} does.
 */
export async function renewLists(mesh: RevocableMesh, host: ListsHost): Promise<Revoked> {
  ensureNothingElse(alone, await mesh.otherChanges());
  const changed = await withLists(mesh, { kind: "renew" }, ({ file }) => [listsEdit(file)]);
  return ended(changed, host, "Gave every proxy lists of all CAs that there are.");
}

/**
 * Takes the lists away from every proxy: what they revoked counts again.
 * @throws ConfigurationError as {@link revokeIntermediate} does.
 */
export async function liftLists(mesh: RevocableMesh, host: ListsHost): Promise<Revoked> {
  ensureNothingElse(alone, await mesh.otherChanges());
  const changed = await updateByEdit(mesh, [listsEdit(undefined)], (edited) => edited.up());
  return ended(changed, host, "Took the lists away from every proxy: nothing is revoked any more.");
}

/** How the lists of a mesh are changed; any cluster with an istiod says how they stand. */
export interface ListsHost extends RevocationHost {
  readonly cluster: string;
}

async function ended(mesh: RevocableMesh, host: ListsHost, what: string): Promise<Revoked> {
  const deadline = performance.now() + host.waitMs;
  host.tell(`Done: ${what}`);
  return { ...(await settled(mesh, host.cluster, host, deadline)), done: [what] };
}

const listsEdit = (file: string | undefined): ConfigurationEdit => ({ keys: ["trust", "revocations"], value: file });

const alone: LoneChange = { command: "isthmus trust revoke", aim: "keys and lists are" };

/** How it stands once everything has followed, or the time is over. */
async function settled(
  mesh: RevocableMesh,
  cluster: string,
  { pollMs = 2_000, signal, tell }: RevocationHost,
  deadline: number,
): Promise<RevocationReport> {
  for (let said = ""; ;) {
    const report = await mesh.report(cluster);
    if (report.readiness.kind !== "following" || performance.now() > deadline) return report;
    const words = listed(report.readiness.words);
    if (words !== said) tell(`Waiting: ${words}.`);
    said = words;
    await delay(pollMs, undefined, signal === undefined ? {} : { signal });
  }
}

async function taken(
  mesh: RevocableMesh,
  cluster: string,
  step: RevocationStep,
  report: RevocationReport,
): Promise<RevocableMesh> {
  const keys: ConfigurationEdit = { keys: ["trust", "intermediateKeys", cluster], value: step.keys };
  if (step.kind === "cover") return withLists(mesh, { kind: "renew" }, ({ file }) => [listsEdit(file)]);
  if (step.kind !== "revoke") return updateByEdit(mesh, [keys], (changed) => changed.up());
  return withLists(mesh, { kind: "revoke", cluster, key: formerKey(report, step) }, ({ file }) => [
    keys,
    listsEdit(file),
  ]);
}

/** Both files are as they were where the update refuses what they say. */
async function withLists(
  mesh: RevocableMesh,
  wish: ListsWish,
  edits: (written: WrittenLists) => readonly ConfigurationEdit[],
): Promise<RevocableMesh> {
  const written = await mesh.writeLists(wish);
  try {
    return await updateByEdit(mesh, edits(written), (changed) => changed.up());
  } catch (error) {
    if (error instanceof ConfigurationError) await written.undo();
    throw error;
  }
}

function formerKey({ former }: RevocationReport, { kind }: RevocationStep): string {
  if (former === undefined) throw new RangeError(`no former key at step ${kind}`);
  return former;
}
