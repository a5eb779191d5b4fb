import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { labEnvironment } from "../../../lab";

/** What Istio's own command line says of clusters. */
export interface PeerWords {
  /** Codes of `istioctl analyze`, with the cluster. */
  readonly analyze: readonly string[];
  /** Rows of `istioctl remote-clusters`, with the cluster that was asked. */
  readonly remoteClusters: readonly string[];
  /** Codes of `istioctl x precheck`, with the cluster. */
  readonly precheck: readonly string[];
}

/** It reads other clusters by the remote secret, and waits for those that do not answer. */
const answersWithinMs = 10_000;

/** Asks Istio's own command line about every cluster. */
export async function askPeers(clusters: readonly string[]): Promise<PeerWords> {
  const all = await Promise.all(
    clusters.map(async (cluster) => ({
      analyze: await messages(cluster, "analyze", "--all-namespaces"),
      remoteClusters: await remoteRows(cluster),
      precheck: await messages(cluster, "x", "precheck"),
    })),
  );
  return {
    analyze: all.flatMap(({ analyze }) => analyze),
    remoteClusters: all.flatMap(({ remoteClusters }) => remoteClusters),
    precheck: all.flatMap(({ precheck }) => precheck),
  };
}

/** What is said that was not said before. */
export function newIn(before: PeerWords, now: PeerWords): PeerWords {
  const added = (key: keyof PeerWords): string[] => [
    ...new Set(now[key].filter((word) => !before[key].includes(word))),
  ];
  return { analyze: added("analyze"), remoteClusters: added("remoteClusters"), precheck: added("precheck") };
}

async function messages(cluster: string, ...command: readonly string[]): Promise<string[]> {
  const said = await istioctl(cluster, ...command, "--output", "json");
  try {
    const found = JSON.parse(said.stdout) as readonly { readonly code: string }[] | null;
    return (found ?? []).map(({ code }) => `${code} (${cluster})`);
  } catch {
    return [`no answer (${cluster})`];
  }
}

async function remoteRows(cluster: string): Promise<string[]> {
  const { isFine, stdout } = await istioctl(cluster, "remote-clusters");
  if (!isFine) return [`no answer (${cluster})`];
  return stdout
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s{2,}/))
    .filter((row) => row.length > 1)
    .map(([name = "", ...row]) => `${name} ${row.find((word) => statuses.has(word)) ?? "?"} (${cluster})`);
}

/** Istio, pkg/kube/multicluster. */
const statuses: ReadonlySet<string> = new Set(["synced", "syncing", "timeout", "closed"]);

async function istioctl(
  cluster: string,
  ...args: readonly string[]
): Promise<{ readonly isFine: boolean; readonly stdout: string }> {
  const options = { env: { ...process.env, ...labEnvironment() }, maxBuffer: 2 ** 26, timeout: answersWithinMs };
  try {
    const { stdout } = await promisify(execFile)("istioctl", [...args, "--context", `lab-${cluster}`], options);
    return { isFine: true, stdout };
  } catch (error) {
    // It ends with another code than 0 where it has found something, too.
    const { stdout = "" } = error as { readonly stdout?: string };
    return { isFine: false, stdout };
  }
}
