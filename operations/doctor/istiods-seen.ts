import type { ClusterClient } from "../../access";
import type { IstiodSeen } from "../../diagnosis";
import { remoteClustersOf, runningIstiods, servedProxiesOf } from "../../preflight";
import { istiodContainer, systemNamespace } from "../../topology";
import type { Parts } from "./parts";
import { rejectsIn, versionsIn } from "./proxies-seen";

/** So far back its log is looked at, in lines: an istiod that cannot read a cluster says so every few seconds. */
const logLines = 2_000;

/** Enough to see why, of each cluster. */
const linesOfCluster = 3;

/** Longer ones are cut, in characters. */
const longestLine = 400;

/** What the istiods of a cluster say of those that they read. */
export async function istiodsSeen(
  client: ClusterClient,
  reads: readonly string[],
  parts: Parts,
): Promise<IstiodSeen[]> {
  const running = await runningIstiods(client);
  return Promise.all(
    running.map(async ({ pod }): Promise<IstiodSeen> => {
      const answered = parts.read(`what ${pod} says of the clusters that it reads`, remotesOf(client, pod));
      const [remotes, log, proxies] = await Promise.all([
        answered,
        parts.read(`the log of ${pod}`, client.text(logPath(pod))),
        parts.read(`what ${pod} says of the proxies that it serves`, servedProxiesOf(client, pod)),
      ]);
      return {
        pod,
        ...(remotes === undefined ? {} : { remotes }),
        lines: Object.fromEntries(reads.map((name) => [name, linesAbout(log ?? "", name)])),
        ...(proxies === undefined ? {} : { rejects: rejectsIn(proxies), proxyVersions: versionsIn(proxies) }),
      };
    }),
  );
}

async function remotesOf(client: ClusterClient, pod: string): Promise<NonNullable<IstiodSeen["remotes"]>> {
  const remotes = await remoteClustersOf(client, pod);
  return remotes.map(({ id, secretName, syncStatus }) => ({
    id,
    syncStatus,
    ...(secretName === undefined ? {} : { secretName }),
  }));
}

function logPath(pod: string): string {
  const query = new URLSearchParams({ container: istiodContainer, tailLines: String(logLines) });
  return `/api/v1/namespaces/${systemNamespace}/pods/${pod}/log?${query.toString()}`;
}

/** The last warnings and errors that name a cluster. Pure. */
export function linesAbout(log: string, cluster: string): string[] {
  const name = new RegExp(`(?<![\\w.-])${cluster}(?![\\w.-])`);
  return log
    .split("\n")
    .filter((line) => /\b(?:warn|error)\b/i.test(line) && name.test(line))
    .slice(-linesOfCluster)
    .map((line) => (line.length <= longestLine ? line : `${line.slice(0, longestLine)}…`));
}
