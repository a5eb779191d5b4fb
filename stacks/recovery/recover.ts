import * as pulumi from "@pulumi/pulumi";
import { accessByKubeconfig, apiServer, ConnectionError, type ClusterAccess, type Environment } from "../../access";
import type { ReachedCluster } from "../../preflight";
import { releaseTimeoutSeconds } from "../../components";
import { revealed, type ExportedState } from "../../engine/state";
import { errorMessage, type MeshPlan } from "../../topology";
import { clearAway, type ClearingOptions } from "./clear-away";
import { kubeconfigInputOf, pendingIn, releasesIn, type Pending } from "./pending";
import { unrecordedIn } from "./unrecorded";

/** By this variable the command line tells the program that no process of a killed update lives. */
export const orphansVariable = "ISTHMUS_ORPHANS";

/** Its only value. */
export const noOrphans = "none";

/** Beside Helm's own time, that of its requests. */
const helmTakesAtMostMs = (releaseTimeoutSeconds + 60) * 1000;

/** What an update begins with. */
export interface Recovery {
  /** The mesh's id. */
  readonly mesh: string;
  /** The state as it stands, secrets encrypted. */
  readonly state: ExportedState;
  /** Reads the state with its secrets, for clusters that are described no more. */
  readonly revealedState: () => Promise<ExportedState>;
  /** The clusters that are described, by their names. */
  readonly clusters: ReadonlyMap<string, ReachedCluster>;
  /** Present names of clusters, by their former ones. */
  readonly renamed: ReadonlyMap<string, string>;
  /** When the stack's last update began, in milliseconds, if it failed. */
  readonly lastFailureSinceMs: () => Promise<number | undefined>;
  /** What comes next. Default: an update. */
  readonly before?: ClearingOptions["before"];
  /** Whether a described cluster that is taken to answer may be silent all the same. Default: `none` is. */
  readonly silence?: "none" | "possible";
  readonly environment?: Environment;
  readonly log?: (words: string, weight: "info" | "warn") => Promise<void>;
}

/**
 * Clears away what an update that was killed had begun and Pulumi therefore does not know of, before anything is made. It
 * is done inside of the next update, which holds the stack: nobody else is at work on it then, on any backend.
 * What was begun in clusters that do not answer stays recorded, for when they do.
 * @throws Error when a cluster refuses: what is half-made there would be in the way.
 */
export async function recoverFromKill(recovery: Recovery): Promise<void> {
  const { state, log = logged, environment = process.env, silence = "none", before = "update" } = recovery;
  // Helm removes a release in whatever state it is.
  const begun = [...pendingIn(state), ...(before === "update" ? releasesIn(state) : [])];
  const presentName = (name: string): string => recovery.renamed.get(name) ?? name;
  const names = new Set([...recovery.clusters.keys(), ...begun.map(({ cluster }) => presentName(cluster))]);
  await Promise.all(
    [...names].map(async (name) => {
      const own = begun.filter(({ cluster }) => presentName(cluster) === name);
      const options: ClearingOptions = {
        before,
        orphans: environment[orphansVariable] === noOrphans ? "none" : "possible",
        operationTakesAtMostMs: helmTakesAtMostMs,
        onWait: (words) => void log(`${name}: ${words}`, "warn"),
      };
      const access = await accessTo(name, own, recovery);
      if (access === "silent") return;
      if (access === "unknown") return log(`${name}: ${leftThere}, and how it is reached is not known`, "warn");
      try {
        for (const words of await clearCluster(access, own, recovery, options)) {
          await log(`${name}: removed ${words}, which an update that did not end well had begun`, "info");
        }
      } catch (error) {
        const isSilent =
          error instanceof ConnectionError && (silence === "possible" || !recovery.clusters.has(access.name));
        if (isSilent) return log(`${name}: ${leftThere}, and it does not answer`, "warn");
        throw new pulumi.RunError(
          `cluster ${name}: ${leftThere}, and it cannot be cleared away: ${errorMessage(error)}`,
        );
      }
    }),
  );
}

/** Present names of clusters, by their former ones. */
export function formerNames({ clusters }: MeshPlan): ReadonlyMap<string, string> {
  return new Map(clusters.flatMap(({ name, replaces }) => (replaces === undefined ? [] : [[replaces, name] as const])));
}

const leftThere = "an update that was killed had begun something there";

async function clearCluster(
  access: ClusterAccess,
  begun: readonly Pending[],
  { clusters, environment = process.env, lastFailureSinceMs, mesh, renamed, state }: Recovery,
  options: ClearingOptions,
): Promise<string[]> {
  const server = await apiServer(access, environment);
  try {
    const { name } = access;
    const former = [...renamed].flatMap(([earlier, present]) => (present === name ? [earlier] : []));
    const unrecorded = clusters.has(name)
      ? await unrecordedIn(server, { state, mesh, names: [name, ...former], lastFailureSinceMs })
      : [];
    const removed: string[] = [];
    for (const one of [...begun, ...unrecorded]) removed.push(...(await clearAway(server, one, options)));
    return removed;
  } finally {
    server.close();
  }
}

/** How a cluster is reached. One that is described no more is reached as the state has it, under its name there. */
async function accessTo(
  name: string,
  begun: readonly Pending[],
  { clusters, revealedState }: Recovery,
): Promise<ClusterAccess | "silent" | "unknown"> {
  const described = clusters.get(name);
  if (described !== undefined) return described.isReachable ? described : "silent";
  // Of a cluster that left, only what nobody knows of matters: its releases are deleted as they are.
  const unknown = begun.find((one) => one.kind === "object" || one.isNew);
  if (unknown === undefined) return "silent";
  const kubeconfig = revealed(kubeconfigInputOf(await revealedState(), unknown.cluster));
  return kubeconfig === undefined ? "unknown" : accessByKubeconfig({ name, kubeconfig });
}

function logged(words: string, weight: "info" | "warn"): Promise<void> {
  return pulumi.log[weight](words);
}
