import type { ApiServer } from "../../access";
import { identityFrom, isBare } from "../../preflight";
import type { ExportedState, StateResource } from "../../engine/state";
import { isOwned, releaseNames, systemNamespace } from "../../topology";
import { foundListSchema, foundObjectSchema, type FoundMetadata } from "./found-object";
import {
  collectionsEverywhere,
  collectionsIn,
  isSystemNamespace,
  objectPath,
  providerName,
  releasesIn,
  type Pending,
} from "./pending";

/** Where what the state does not have is looked for. */
export interface Search {
  readonly state: ExportedState;
  /** The mesh's id. */
  readonly mesh: string;
  /** Names that the state may have for the cluster, its present one first. */
  readonly names: readonly [string, ...string[]];
  /** When the last update began, in milliseconds, if it failed; undefined if not. */
  readonly lastFailureSinceMs: () => Promise<number | undefined>;
}

const namespacePath = `/api/v1/namespaces/${systemNamespace}`;
const secretsPath = `${namespacePath}/secrets`;

const ours = "labelSelector=app.kubernetes.io%2Fmanaged-by%3Disthmus";

/** An object of the cluster, and whether it came to be after a moment of this machine's clock. */
interface Found {
  readonly path: string;
  readonly metadata: FoundMetadata;
  readonly isSince: (ms: number) => boolean;
}

/**
 * What stands in a cluster and was never recorded: where a provider plugin dies alone, what it was just creating has failed
 * like anything else, and Pulumi keeps no record of it; to the next update it is there already. Only what came to be during
 * the last update, which failed, and what Helm itself marks as unfinished, is such: of anything else that the state does not
 * have, an older state may have been restored.
 */
export async function unrecordedIn(server: ApiServer, search: Search): Promise<Pending[]> {
  const own = (search.state.resources ?? []).filter(({ provider }) =>
    search.names.includes(providerName(provider) ?? ""),
  );
  if (!own.some((resource) => resource.delete !== true && isSystemNamespace(resource))) {
    return unrecordedNamespace(server, search);
  }
  const [objects, releases] = await Promise.all([
    unrecordedObjects(server, search, own),
    unrecordedReleases(server, search),
  ]);
  return [...objects, ...releases];
}

/** The system namespace, as long as there is nothing in it. */
async function unrecordedNamespace(server: ApiServer, { mesh, names: [cluster] }: Search): Promise<Pending[]> {
  const { status, body } = await server.ask(namespacePath);
  const { metadata } = (status === 200 ? foundObjectSchema.safeParse(JSON.parse(body)).data : undefined) ?? {};
  if (!isOwned(metadata?.labels) || identityFrom(metadata?.annotations).mesh !== mesh) return [];
  return (await isBare(server)) ? [{ kind: "object", cluster, path: namespacePath }] : [];
}

async function unrecordedObjects(
  server: ApiServer,
  { names: [cluster], lastFailureSinceMs }: Search,
  own: readonly StateResource[],
): Promise<Pending[]> {
  const recorded = new Set(own.map(({ inputs = {} }) => objectPath(inputs)));
  const collections = [...collectionsIn(systemNamespace), ...collectionsEverywhere];
  const all = (await Promise.all(collections.map((path) => found(server, path, ours)))).flat();
  const byPath = new Map(all.map((object) => [object.path, object]));
  const others = [...byPath.values()].filter(({ path, metadata }) => isOwned(metadata.labels) && !recorded.has(path));
  const sinceMs = others.length === 0 ? undefined : await lastFailureSinceMs();
  return others
    .filter(({ isSince }) => sinceMs !== undefined && isSince(sinceMs))
    .map(({ path }) => ({ kind: "object", cluster, path }));
}

/** A release is new where all of Helm's records of it are. */
async function unrecordedReleases(server: ApiServer, search: Search): Promise<Pending[]> {
  const { names, lastFailureSinceMs, state } = search;
  const recorded = releasesIn(state).filter(({ cluster }) => names.includes(cluster));
  const records = (await found(server, secretsPath, "labelSelector=owner%3Dhelm")).filter(
    ({ metadata: { labels } }) =>
      labels["owner"] === "helm" &&
      releaseNames.includes(labels["name"] ?? "") &&
      !recorded.some(({ name }) => name === labels["name"]),
  );
  const sinceMs = records.length === 0 ? undefined : await lastFailureSinceMs();
  const [cluster] = names;
  return releaseNames.flatMap((name): Pending[] => {
    const own = records.filter(({ metadata: { labels } }) => labels["name"] === name);
    if (own.length === 0) return [];
    const isNew = sinceMs !== undefined && own.every(({ isSince }) => isSince(sinceMs));
    return [{ kind: "release", cluster, namespace: systemNamespace, name, isNew }];
  });
}

/** The objects of a collection; none of one that the cluster does not have, or that may not be read. */
async function found(server: ApiServer, collection: string, query: string): Promise<Found[]> {
  const { status, body, date } = await server.ask(`${collection}?${query}`);
  const items = (status === 200 ? foundListSchema.safeParse(JSON.parse(body)).data?.items : undefined) ?? [];
  const aheadMs = date === undefined ? 0 : Date.parse(date) - Date.now();
  return items.map(({ metadata }) => ({
    path: `${insideOf(collection, metadata.namespace)}/${metadata.name}`,
    metadata,
    isSince: (ms) => Date.parse(metadata.creationTimestamp ?? "") >= ms + aheadMs - clockStepMs,
  }));
}

/** The collection of one namespace, of one that was asked for in all. */
function insideOf(collection: string, namespace: string | undefined): string {
  if (!collectionsEverywhere.includes(collection) || namespace === undefined) return collection;
  return collection.replace(/[^/]+$/, `namespaces/${namespace}/$&`);
}

/** An API server tells times, and the date of its answer, by whole seconds. */
const clockStepMs = 2_000;
