import { setTimeout as delay } from "node:timers/promises";
import { type ApiServer } from "../../access";
import { isOfRelease, isOwned } from "../../topology";
import { foundListSchema, foundObjectSchema, type FoundMetadata } from "./found-object";
import type { Pending, PendingRelease } from "./pending";

/** How what an update had begun is cleared away in one cluster. */
export interface ClearingOptions {
  /**
   * Whether a process of the killed update may still be at work, such as a provider that outlived its engine: then what
   * Helm has marked as under way is waited for, as long as Helm itself would take.
   */
  readonly orphans: "none" | "possible";
  /**
   * What comes next: an update takes over what a release had made, and a destruction knows nothing of a release that was
   * just being made, so that all of it has to go.
   */
  readonly before: "update" | "destroy";
  /** How long a Helm operation may take at most, in milliseconds. */
  readonly operationTakesAtMostMs: number;
  /** Told what is waited for. */
  readonly onWait?: (words: string) => void;
}

const pollMs = 500;
const goneWithinMs = 60_000;

/** States in which Helm leaves a release whose operation was killed, and refuses the next one. */
const unfinishedStates: readonly string[] = ["pending-install", "pending-upgrade", "pending-rollback"];

/**
 * Clears one of them away: only what bears our label, and what Helm itself marked as unfinished.
 * @returns What was removed, in words.
 * @throws Error when the API server refuses, ConnectionError when it does not answer.
 */
export async function clearAway(server: ApiServer, pending: Pending, options: ClearingOptions): Promise<string[]> {
  return pending.kind === "object" ? removeOurs(server, pending.path) : removeRecords(server, pending, options);
}

async function removeOurs(server: ApiServer, path: string): Promise<string[]> {
  const found = await read(server, path);
  if (!isOwned(found?.labels)) return [];
  await remove(server, path, found?.uid);
  const deadline = performance.now() + goneWithinMs;
  while ((await read(server, path))?.uid === found?.uid) {
    if (performance.now() > deadline) throw new Error(`${path} is not gone after ${goneWithinMs / 1000} s`);
    await delay(pollMs);
  }
  return [path];
}

/** What the release had made already stays: Helm takes over what bears its own labels. */
async function removeRecords(server: ApiServer, pending: PendingRelease, options: ClearingOptions): Promise<string[]> {
  const { namespace, name, isNew } = pending;
  const secrets = `/api/v1/namespaces/${namespace}/secrets`;
  const records = await settledRecords(
    server,
    `${secrets}?labelSelector=owner%3Dhelm%2Cname%3D${name}`,
    pending,
    options,
  );
  const stale = records.filter((record) => isNew || isUnfinished(record));
  for (const record of stale) await remove(server, `${secrets}/${record.name}`, record.uid);
  const made = isNew && options.before === "destroy" ? await removeMade(server, pending) : [];
  return [...(stale.length === 0 ? [] : [`the record of Helm release ${namespace}/${name}`]), ...made];
}

/** Kinds outside of namespaces that Istio's charts make. CRDs stay, as they do in every destruction. */
const clusterKinds = [
  "/apis/rbac.authorization.k8s.io/v1/clusterroles",
  "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
  "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations",
  "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations",
] as const;

/** What a release had made outside of its namespace, by the marks that Helm puts on all that it makes. */
async function removeMade(server: ApiServer, { namespace, name }: PendingRelease): Promise<string[]> {
  const removed: string[] = [];
  for (const kind of clusterKinds) {
    const path = `${kind}?labelSelector=app.kubernetes.io%2Fmanaged-by%3DHelm`;
    const { status, body } = await server.ask(path);
    if (status !== 200) throw refusal("read", path, status);
    const own = foundListSchema
      .parse(JSON.parse(body))
      .items.filter(({ metadata: { annotations } }) => isOfRelease(annotations, { name, namespace }));
    for (const { metadata } of own) {
      await remove(server, `${kind}/${metadata.name}`, metadata.uid);
      removed.push(`${kind}/${metadata.name}`);
    }
  }
  return removed;
}

/** Helm's records of a release, once nobody can be at work on it any more. */
async function settledRecords(
  server: ApiServer,
  path: string,
  { namespace, name }: PendingRelease,
  { orphans, operationTakesAtMostMs, onWait }: ClearingOptions,
): Promise<readonly FoundMetadata[]> {
  for (let isTold = false; ; isTold = true) {
    const { status, body, date } = await server.ask(path);
    if (status === 404) return [];
    if (status !== 200) throw refusal("read", path, status);
    const records = foundListSchema.parse(JSON.parse(body)).items.map(({ metadata }) => metadata);
    const nowMs = date === undefined ? Date.now() : Date.parse(date);
    const restMs = Math.max(
      0,
      ...records.filter(isUnfinished).map((record) => begunAtMs(record) + operationTakesAtMostMs - nowMs),
    );
    if (orphans === "none" || restMs <= 0) return records;
    if (!isTold) {
      onWait?.(
        `Helm release ${namespace}/${name} is marked as being worked on, and who does is not known: ` +
          `waiting until that is done, for ${Math.ceil(restMs / 1000)} s at most`,
      );
    }
    await delay(Math.min(pollMs * 4, restMs));
  }
}

function isUnfinished({ labels }: FoundMetadata): boolean {
  return unfinishedStates.includes(labels["status"] ?? "");
}

/** Helm notes in a label, in seconds, when it changed a record; the API server when it was made. */
function begunAtMs({ labels, creationTimestamp }: FoundMetadata): number {
  const modifiedMs = Number(labels["modifiedAt"] ?? 0) * 1000;
  const createdMs = creationTimestamp === undefined ? 0 : Date.parse(creationTimestamp);
  return Math.max(Number.isNaN(modifiedMs) ? 0 : modifiedMs, Number.isNaN(createdMs) ? 0 : createdMs);
}

async function read(server: ApiServer, path: string): Promise<FoundMetadata | undefined> {
  const { status, body } = await server.ask(path);
  if (status === 404) return undefined;
  if (status !== 200) throw refusal("read", path, status);
  return foundObjectSchema.parse(JSON.parse(body)).metadata;
}

/** One that is gone meanwhile, or is another one by now, is as good as removed. */
async function remove(server: ApiServer, path: string, uid: string | undefined): Promise<void> {
  const { status } = await server.remove(path, uid);
  if (status >= 400 && ![404, 409].includes(status)) throw refusal("delete", path, status);
}

function refusal(verb: string, path: string, status: number): Error {
  return new Error(`the API server refused to ${verb} ${path.split("?")[0] ?? path} (${status})`);
}
