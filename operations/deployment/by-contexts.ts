/**
 * Looks at a mesh of which there are only kubeconfig contexts: what its file would say is read from its clusters.
 */

import { clientsOf, KubernetesError, resolveContexts, type ClusterAccess, type ReachOfClusters } from "../../access";
import type { MeshSnapshot } from "../../diagnosis";
import { ConfigurationError } from "../../topology";
import { doctorReport, gatherFound, writeBundle, type DoctorReport } from "../doctor";
import type { EventSink, Operation } from "../events";
import { meshReport, type MeshReport } from "../report";
import { planOfFound, readFoundSettings, verify, type FoundSite, type VerifyReport } from "../verify";
import { operated } from "./operated";
import type { ContextsOptions, ContextsVerifyOptions } from "./options";
import { eventOfWords } from "./pulumi-text";

/** Events name the stack that an operation is on: here there is none. */
const noStack = "";

/** What a look at a mesh by contexts is told, and how it is made. */
interface Look {
  readonly options: ContextsOptions;
  readonly sink: EventSink;
  /** By the names of their contexts. */
  readonly access: ReadonlyMap<string, ClusterAccess>;
}

/**
 * Says what is wrong with a mesh that no stack of Isthmus has, and what of it is the cause of the rest: what a mesh's file would
 * say is read from its clusters. Reads only, and needs no project and no stack.
 * @param contexts Of the kubeconfig that kubectl goes by, one for each cluster of the mesh.
 * @throws ConfigurationError where a context is not there, or none is named.
 */
export function doctorByContexts(contexts: readonly string[], options: ContextsOptions = {}): Promise<DoctorReport> {
  return lookedAt("doctor", contexts, options, async (look) => {
    const snapshot = await gathered(look, "told");
    if (options.bundle !== undefined) await writeBundle(options.bundle, snapshot);
    return doctorReport(snapshot);
  });
}

/**
 * Looks whether a mesh that no stack of Isthmus has is in good order, with real calls between all clusters: what it makes for
 * those is removed again. What only a mesh's file would say is not judged, and said to be left out.
 * @param contexts Of the kubeconfig that kubectl goes by, one for each cluster of the mesh.
 * @throws ConfigurationError where a context is not there, or none is named.
 */
export function verifyByContexts(
  contexts: readonly string[],
  options: ContextsVerifyOptions = {},
): Promise<VerifyReport> {
  return lookedAt("verify", contexts, options, async (look) => {
    return verifyFound(look, await gathered(look, "told"), options);
  });
}

/**
 * Looks at a mesh that no stack of Isthmus has from all sides, for one page (`reportPage`): by what {@link doctorByContexts} and
 * {@link verifyByContexts} say.
 * @param contexts Of the kubeconfig that kubectl goes by, one for each cluster of the mesh.
 * @throws ConfigurationError where a context is not there, or none is named.
 */
export function reportByContexts(
  contexts: readonly string[],
  options: ContextsVerifyOptions = {},
): Promise<MeshReport> {
  return lookedAt("report", contexts, options, async (look) => {
    let snapshot = await gathered(look, "told");
    const verified = await verifyFound(look, snapshot, options, (latest) => {
      snapshot = latest;
    });
    return meshReport({ snapshot, verify: verified });
  });
}

async function lookedAt<T>(
  operation: Operation,
  contexts: readonly string[],
  options: ContextsOptions,
  action: (look: Look) => Promise<T>,
): Promise<T> {
  const option = "--contexts";
  // What the mesh is called, its clusters say.
  return operated({ operation, stack: noStack, mesh: "", clusters: contexts }, options, async (sink) => {
    const { clusters: access, problems } = await resolveContexts(contexts, option, options.environment);
    if (problems.length > 0) throw new ConfigurationError(problems);
    if (access.size === 0) {
      const expected = "names of contexts, one for each cluster of the mesh";
      throw new ConfigurationError([
        { path: option, expected, found: "none", fix: "Give some of those that `kubectl config get-contexts` shows." },
      ]);
    }
    return action({ options, sink, access });
  });
}

/** What the clusters have, in the order of their contexts. */
function gathered({ access, options, sink }: Look, progress: "told" | "not told"): Promise<MeshSnapshot> {
  return gatherFound({
    access,
    environment: options.environment,
    signal: endOf(options),
    ...(progress === "told"
      ? {
          onProgress: (words: string) => {
            sink.emit(noStack, eventOfWords(words));
          },
        }
      : {}),
  });
}

async function verifyFound(
  look: Look,
  first: MeshSnapshot,
  { clientImage, helloworldImage, retryMs, ...selection }: ContextsVerifyOptions,
  onSnapshot: (snapshot: MeshSnapshot) => void = () => undefined,
): Promise<VerifyReport> {
  const { access, options, sink } = look;
  const { environment } = options;
  // A cluster is called in the mesh as its istiod calls it, and not by its context.
  const reached = [...access].map(([context, own], index) => {
    const name = first.clusters[index]?.cluster;
    if (name === undefined) throw new RangeError(`no cluster of context ${context}`);
    return { name, context, own };
  });
  const named = new Map(reached.map(({ name, own }) => [name, own]));
  const settings = await settingsOf({ access: named, environment });
  const sites = new Map(
    reached.map(({ context, name }): [string, FoundSite] => [name, { context, ...settings.get(name) }]),
  );
  const { notJudged, plan } = planOfFound(first.mesh, sites);
  return verify({
    plan,
    access: named,
    environment,
    signal: endOf(options),
    selection,
    found: {
      snapshot: () => gathered(look, "not told"),
      injection: (cluster) => sites.get(cluster)?.settings?.injection,
      notJudged,
    },
    onSnapshot,
    onProgress: (words) => {
      sink.emit(noStack, eventOfWords(words));
    },
    onResult: (result) => {
      sink.emit(noStack, { type: "check-ended", ...result });
    },
    ...(clientImage === undefined ? {} : { clientImage }),
    ...(helloworldImage === undefined ? {} : { helloworldImage }),
    ...(retryMs === undefined ? {} : { retryMs }),
  });
}

/** Of clusters that do not answer, or do not let us read, nothing: their own checks tell of it. */
async function settingsOf(reach: ReachOfClusters): Promise<ReadonlyMap<string, Pick<FoundSite, "settings">>> {
  const clients = clientsOf(reach);
  try {
    const read = [...clients].map(async ([name, client]): Promise<[string, Pick<FoundSite, "settings">]> => {
      try {
        return [name, { settings: await readFoundSettings(client) }];
      } catch (error) {
        if (!(error instanceof KubernetesError)) throw error;
        return [name, {}];
      }
    });
    return new Map(await Promise.all(read));
  } finally {
    for (const client of clients.values()) client.close();
  }
}

/** Given when the operation is to end, in whatever way. */
function endOf({ killSignal, signal }: ContextsOptions): AbortSignal {
  return AbortSignal.any([signal, killSignal].filter((one) => one !== undefined));
}
