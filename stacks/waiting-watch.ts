import { setTimeout as delay } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import { apiServer, ConnectionError, CredentialError, type ApiServer } from "../access";
import type { ReachedCluster } from "../preflight";
import type { AwaitedRelease } from "../components";
import { causesOf, formatCause, gather, type Cause, type ClusterReader } from "../diagnosis";
import { systemNamespace } from "../topology";

/** A mesh that comes up as it should is not looked at. */
const firstLookMs = 4_000;
const lookEveryMs = 3_000;
const lookTakesAtMostMs = 10_000;

/**
 * While Helm waits for the pods of a release it says nothing. So the program looks itself what they wait for, and tells of
 * it in the cluster's own terms: what passes as the progress of the release, and once as a warning what will not get well
 * by waiting. It works for an update by Pulumi alone too. It keeps no program from ending.
 */
export function watchWaiting(
  awaited: readonly AwaitedRelease[],
  clusters: ReadonlyMap<string, ReachedCluster>,
  environment: NodeJS.ProcessEnv = process.env,
): void {
  if (pulumi.runtime.isDryRun()) return;
  for (const name of new Set(awaited.map(({ cluster }) => cluster))) {
    const cluster = clusters.get(name);
    if (cluster?.isReachable !== true) continue;
    const own = awaited.filter((one) => one.cluster === name);
    void watchCluster(cluster, own, environment).catch((error: unknown) => {
      // What is waited for comes or fails without us; nobody is helped by an update that fails because it was watched.
      void pulumi.log.debug(`${name}: what its releases wait for is not known: ${String(error)}`);
    });
  }
}

async function watchCluster(
  cluster: ReachedCluster,
  awaited: readonly AwaitedRelease[],
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  const pending = new Set(awaited);
  for (const one of awaited) one.resource.id.apply(() => pending.delete(one));
  const told = new Set<string>();
  await delay(firstLookMs, undefined, { ref: false });
  if (pending.size === 0) return;
  // One connection for all looks: a credential plugin is not to run every few seconds.
  const server = await apiServer(cluster, environment);
  try {
    while (pending.size > 0) {
      for (const [release, cause] of await lookAt(cluster.name, server, [...pending])) {
        if (pending.has(release)) await tell(release, cause, told);
      }
      await delay(lookEveryMs, undefined, { ref: false });
    }
  } finally {
    server.close();
  }
}

/** Why releases are not there yet. Where the cluster does not answer just now, nothing is known. */
async function lookAt(
  cluster: string,
  server: ApiServer,
  pending: readonly AwaitedRelease[],
): Promise<(readonly [AwaitedRelease, Cause])[]> {
  try {
    const snapshot = await gather(readerOf(server), cluster, systemNamespace);
    return pending.flatMap((release) => {
      const [worst] = causesOf(snapshot, { kind: "release", name: release.name });
      return worst === undefined ? [] : [[release, worst] as const];
    });
  } catch (error) {
    if (error instanceof ConnectionError || error instanceof CredentialError) return [];
    throw error;
  }
}

function readerOf(server: ApiServer): ClusterReader {
  const read = async (path: string): Promise<string | undefined> => {
    const { status, body } = await server.ask(path, AbortSignal.timeout(lookTakesAtMostMs));
    return status === 200 ? body : undefined;
  };
  return {
    json: async (path) => JSON.parse((await read(path)) ?? "{}") as unknown,
    text: read,
  };
}

async function tell({ urn }: AwaitedRelease, cause: Cause, told: Set<string>): Promise<void> {
  const words = formatCause(cause);
  // A resource has no URN before it is made; the log asks for nothing else of it.
  const resource = { urn } as unknown as pulumi.Resource;
  const stays = cause.endsBy === "somebody";
  // Of what stays the command line is told with every look, in other words each time perhaps: it ends what waits in vain.
  await pulumi.log[stays ? "warn" : "info"](words, resource, undefined, true);
  const key = `${cause.id} ${cause.subject}`;
  if (!stays || told.has(key)) return;
  told.add(key);
  await pulumi.log.warn(words, resource);
}
