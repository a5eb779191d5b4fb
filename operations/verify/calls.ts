import { CommandFailed, type ClusterClient } from "../../access";
import type { CallTimes } from "./call-times";
import { clientName } from "./sample-manifests";
import { versionIn, type Sample } from "./sample";
import { parseTransfers, transferFormat } from "./transfers";

/** One call; a proxy that waits for a cluster out of reach gives up later than this. */
export const callTimeoutSeconds = 3;
const execTimeoutMs = (callTimeoutSeconds + 7) * 1_000;

/** So many at once from one client: an exec costs the API server and the kubelet more than the call costs the mesh. */
const concurrentCalls = 4;

/** Of so many rounds one would most probably come to another cluster, if any did: of two clusters 1 in 4,000 would not. */
const serviceNameRounds = 3;

/** @returns What curl, called by the sample's client in a cluster, wrote. @throws CommandFailed where it failed. */
export async function curlFrom(
  { namespace }: Pick<Sample, "namespace">,
  client: ClusterClient,
  words: readonly string[],
  timeoutMs: number,
): Promise<string> {
  return client.exec({ namespace, pod: clientName, container: clientName }, ["curl", "-sS", ...words], timeoutMs);
}

/** What a client has been answered so far. */
export interface Answers {
  /** Versions of helloworld that answered. */
  readonly versions: ReadonlySet<string>;
  /** The last answer that was none of helloworld's, or the last error; undefined when there was none. */
  readonly trouble: string | undefined;
}

/**
 * Calls from the sample's clients to its Service. The proxy chooses the cluster that answers, so a client calls until
 * it has heard from all or its caller gives up; those who wait for different clusters share the calls.
 */
export class Calls {
  private readonly versions = new Map<string, Set<string>>();
  private readonly rounds = new Map<string, Promise<string | undefined>>();

  constructor(
    private readonly sample: Sample,
    private readonly clients: ReadonlyMap<string, ClusterClient>,
    private readonly times: CallTimes,
  ) {}

  /**
   * Makes a few calls from a cluster's client unless the wanted version has answered already.
   * @returns All answers so far.
   */
  async from(cluster: string, wanted: string): Promise<Answers> {
    const versions = this.versions.get(cluster) ?? new Set();
    this.versions.set(cluster, versions);
    if (versions.has(wanted)) return { versions, trouble: undefined };
    const round = this.rounds.get(cluster) ?? this.round(cluster, versions);
    this.rounds.set(cluster, round);
    return { versions, trouble: await round };
  }

  /** Makes calls by the name of the Service, whether it is one in all clusters or each cluster's own. */
  async byServiceName(cluster: string): Promise<Answers> {
    const versions = new Set<string>();
    let trouble: string | undefined;
    for (let round = 0; round < serviceNameRounds; round += 1) {
      trouble = (await this.answersOf(cluster, [], versions)) ?? trouble;
    }
    return { versions, trouble };
  }

  private async round(cluster: string, versions: Set<string>): Promise<string | undefined> {
    try {
      return await this.answersOf(cluster, this.sample.hostHeader(cluster), versions);
    } finally {
      this.rounds.delete(cluster);
    }
  }

  /** @returns The last answer that was none of helloworld's, or the last error. */
  private async answersOf(
    cluster: string,
    hostHeader: readonly string[],
    versions: Set<string>,
  ): Promise<string | undefined> {
    const answers = await Promise.all(Array.from({ length: concurrentCalls }, () => this.call(cluster, hostHeader)));
    const strangers = answers.filter((answer) => {
      const version = versionIn(answer);
      if (version !== undefined) versions.add(version);
      return version === undefined;
    });
    return strangers.at(-1);
  }

  private async call(cluster: string, hostHeader: readonly string[]): Promise<string> {
    const client = this.clients.get(cluster);
    if (client === undefined) throw new RangeError(`no cluster ${cluster}`);
    const words = ["--max-time", String(callTimeoutSeconds), ...hostHeader, "-w", transferFormat, this.sample.url];
    try {
      const written = await curlFrom(this.sample, client, words, execTimeoutMs);
      const [transfer] = parseTransfers(written);
      if (transfer === undefined) return written;
      const answering = this.sample.clusterAnswering(transfer.body);
      if (answering !== undefined) this.times.note(cluster, answering, transfer.tookMs);
      return transfer.body;
    } catch (error) {
      // The command is the same for all, and known: what curl says of it is what tells them apart.
      if (error instanceof CommandFailed) return error.reason;
      return error instanceof Error ? error.message : String(error);
    }
  }
}
