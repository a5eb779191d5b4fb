import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { V1Namespace, V1Pod } from "@kubernetes/client-node";
import { KubernetesError, type ClusterClient } from "../../access";
import { isLeftover } from "./owner";
import { ownerAnnotation, sampleLabels, sampleNamespacePattern } from "./sample-manifests";

/** So long after their end the sample's pods may still be there: kubelet gives each a second, and the rest is its own time. */
const podsGoneTimeoutMs = 60_000;

/** A namespace that is on its way out takes some five seconds; one that takes so long is held by something. */
const heldAfterMs = 60_000;

const pollMs = 100;

/** A name that no other run gives its namespaces. */
export function newSampleNamespace(): string {
  return `isthmus-verify-${randomBytes(3).toString("hex")}`;
}

/** What earlier runs left in a cluster, by the names of their namespaces. */
export interface Leftovers {
  /** Removed now. */
  readonly removed: readonly string[];
  /** Removed before, and still there: what holds each, in words. */
  readonly held: ReadonlyMap<string, string>;
}

/** Removes the samples of runs that were killed. */
export async function removeLeftovers(client: ClusterClient, now = new Date()): Promise<Leftovers> {
  const labelSelector = Object.entries(sampleLabels)
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
  const namespaces = await client.list<V1Namespace>("/api/v1/namespaces", { labelSelector });
  const samples = namespaces.filter(({ metadata }) => sampleNamespacePattern.test(metadata?.name ?? ""));
  const removed = samples
    .filter(({ metadata }) => {
      // JSON has times as text, whatever the type says.
      const createdAt = new Date(metadata?.creationTimestamp ?? 0);
      return (
        metadata?.deletionTimestamp === undefined && isLeftover(metadata?.annotations?.[ownerAnnotation], createdAt)
      );
    })
    .map(nameOf);
  await Promise.all(removed.map((name) => client.remove(`/api/v1/namespaces/${name}`)));
  const held = samples.flatMap((namespace): [string, string][] => {
    const since = namespace.metadata?.deletionTimestamp;
    if (since === undefined || now.getTime() - new Date(since).getTime() < heldAfterMs) return [];
    return [[nameOf(namespace), whatHolds(namespace)]];
  });
  return { removed, held: new Map(held) };
}

function nameOf({ metadata }: V1Namespace): string {
  return metadata?.name ?? "";
}

/** Kubernetes says of a namespace that does not go what is in it, or what it cannot ask (a dead API service, say). */
function whatHolds({ status }: V1Namespace): string {
  const conditions = (status?.conditions ?? []).filter((condition) => condition.status === "True");
  const words = conditions.flatMap(({ message }) => (message === undefined ? [] : [message]));
  return words.length === 0 ? "Kubernetes does not say what holds it" : words.join("; ");
}

/**
 * Removes a sample from a cluster, and waits until its pods are gone: the empty namespace goes by itself.
 * @throws Error where they do not go.
 */
export async function removeNamespace(client: ClusterClient, name: string): Promise<void> {
  const path = `/api/v1/namespaces/${name}`;
  // Kubernetes looks at a namespace that is to go only after five seconds: the pods may end meanwhile.
  await client.remove(`${path}/pods`);
  await client.remove(path);
  const deadline = performance.now() + podsGoneTimeoutMs;
  for (;;) {
    const pods = await client.list<V1Pod>(`${path}/pods`);
    if (pods.length === 0) return;
    if (performance.now() > deadline) {
      const names = pods.map(({ metadata }) => metadata?.name ?? "").join(", ");
      throw new Error(`${client.name}: ${name}: still there after ${podsGoneTimeoutMs / 1000} s: pods ${names}`);
    }
    await delay(pollMs);
  }
}

/**
 * Removes the samples of runs that were killed, and tells of it. A cluster that cannot be reached, or lets us not in, is
 * reported by the checks, not by this.
 */
export async function sweep(client: ClusterClient, onProgress: (words: string) => void): Promise<void> {
  const { held, removed } = await removeLeftovers(client).catch((error: unknown): Leftovers => {
    const none = { removed: [], held: new Map<string, string>() };
    if (error instanceof KubernetesError && (error.status ?? 401) === 401) return none;
    onProgress(
      `${client.name}: could not look for samples of earlier runs: ${error instanceof Error ? error.message : String(error)}`,
    );
    return none;
  });
  for (const name of removed) onProgress(`${client.name}: removed ${name}, left behind by an earlier run`);
  for (const [name, holding] of held) {
    onProgress(`warning: ${client.name}: ${name}, of an earlier run, was removed and does not go: ${holding}`);
  }
}
