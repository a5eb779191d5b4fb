import { CommandFailed, type ClusterClient } from "../../access";
import { summaryOf } from "./call-times";
import { curlFrom } from "./calls";
import type { Finding, VerifyContext } from "./check";
import { parseTransfers, transferFormat, type Transfer } from "./transfers";

/** So many calls a second from each cluster, over new connections. */
const callsPerSecond = 10;

/** So many in one command, so that one that gets no answers holds up the end of the period for half a minute at most. */
const callsPerCommand = 10;

/** One call; a proxy that waits for a cluster out of reach gives up later than this. */
const callTimeoutSeconds = 3;
const commandTimeoutMs = (callsPerCommand * callTimeoutSeconds + 10) * 1_000;

/** How long calls go on where only the check is asked for, in milliseconds. */
const defaultPeriodMs = 30_000;

/** How many calls that were not answered are told one by one. */
const toldFailures = 3;

/** A call that was not answered. */
interface Unanswered {
  /** Since the first call, in seconds. */
  readonly atSeconds: number;
  readonly found: string;
}

/**
 * The sample's client in a cluster calls its Service ten times a second, over a new connection each time: a mesh that was
 * seen connected once may fail some seconds later, or now and then.
 */
export async function callsAnswered(context: VerifyContext, [cluster = ""]: readonly string[]): Promise<Finding> {
  const { callTimes, sample, signal } = context;
  const beganAt = performance.now();
  const endsAt = beganAt + (context.callsForMs ?? defaultPeriodMs);
  const unanswered: Unanswered[] = [];
  const answered = new Map<string, number[]>();
  while (performance.now() < endsAt && !signal.aborted) {
    const atSeconds = Math.round((performance.now() - beganAt) / 1_000);
    for (const transfer of await someCalls(context, context.client(cluster))) {
      const to = sample.clusterAnswering(transfer.body);
      if (to === undefined) {
        unanswered.push({ atSeconds, found: transfer.trouble });
      } else {
        callTimes.note(cluster, to, transfer.tookMs);
        answered.set(to, [...(answered.get(to) ?? []), transfer.tookMs]);
      }
    }
  }
  const message = [
    `${words(unanswered, [...answered.values()].flat().length)} in ${seconds(performance.now() - beganAt)}`,
  ];
  for (const [to, times] of [...answered].sort(([one], [other]) => one.localeCompare(other))) {
    const { calls, medianMs, slowestMs } = summaryOf(times);
    message.push(`${to} ${calls} (median ${medianMs} ms, slowest ${slowestMs} ms)`);
  }
  for (const { atSeconds, found } of unanswered.slice(0, toldFailures)) message.push(`after ${atSeconds} s: ${found}`);
  // Once more would only hide it.
  return { ok: unanswered.length === 0 && answered.size > 0, isFinal: true, message: message.join("; ") };
}

async function someCalls({ sample }: VerifyContext, client: ClusterClient): Promise<Transfer[]> {
  const urls = Array.from({ length: callsPerCommand }, () => sample.url);
  const options = [
    ...sample.hostHeader(client.name),
    "--rate",
    `${callsPerSecond}/s`,
    "--max-time",
    String(callTimeoutSeconds),
  ];
  // By its last transfer curl says how it went: this one always goes well, and what became of each call is written for it.
  const all = [...options, "-H", "Connection: close", "-w", transferFormat, ...urls, "file:///dev/null"];
  try {
    const transfers = parseTransfers(await curlFrom(sample, client, all, commandTimeoutMs));
    return transfers.slice(0, -1);
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    // None of the calls is to blame, and none of them was made: a curl before 7.84 knows no `--rate`, for one.
    throw new Error(`the client could make no calls: ${error.reason}`, { cause: error });
  }
}

function words(unanswered: readonly Unanswered[], answered: number): string {
  const all = unanswered.length + answered;
  return unanswered.length === 0 ? `all ${all} calls answered` : `${unanswered.length} of ${all} calls not answered`;
}

const seconds = (milliseconds: number): string => `${Math.round(milliseconds / 1_000)} s`;
