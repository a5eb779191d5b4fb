import { setTimeout as delay } from "node:timers/promises";
import type { ClusterClient } from "../../access";
import { CallTimes } from "./call-times";
import { callTimeoutSeconds, curlFrom } from "./calls";
import type { Finding, VerifyContext } from "./check";
import { parseTransfers, transferFormat, type Transfer } from "./transfers";

/** So many calls from each cluster, over new connections, begin every second, in one command. */
const callsPerSecond = 10;

/** One that gets no answers holds up the end of the period for so long. */
const commandTimeoutMs = (callsPerSecond * callTimeoutSeconds + 10) * 1_000;

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
  const times = new CallTimes();
  for (
    let nextAt = beganAt;
    nextAt <= endsAt && !signal.aborted;
    nextAt = Math.max(nextAt + 1_000, performance.now())
  ) {
    await delay(Math.max(nextAt - performance.now(), 0), undefined, { signal }).catch(() => undefined);
    const atSeconds = Math.round((performance.now() - beganAt) / 1_000);
    for (const transfer of await someCalls(context, context.client(cluster))) {
      const to = sample.clusterAnswering(transfer.body);
      if (to === undefined) {
        unanswered.push({ atSeconds, found: transfer.trouble });
      } else {
        for (const kept of [callTimes, times]) kept.note(cluster, to, transfer.tookMs);
      }
    }
  }
  const answered = times.observed();
  const count = answered.reduce((sum, { calls }) => sum + calls, 0);
  const message = [`${tally(unanswered, count)} in ${seconds(performance.now() - beganAt)}`];
  for (const { calls, medianMs, slowestMs, to } of answered) {
    message.push(`${to} ${calls} (median ${medianMs} ms, slowest ${slowestMs} ms)`);
  }
  for (const { atSeconds, found } of unanswered.slice(0, toldFailures)) message.push(`after ${atSeconds} s: ${found}`);
  // Once more would only hide it.
  return { ok: unanswered.length === 0 && answered.length > 0, isFinal: true, message: message.join("; ") };
}

async function someCalls({ sample }: VerifyContext, client: ClusterClient): Promise<Transfer[]> {
  const words = steadyCallWords(sample.url, sample.hostHeader(client.name));
  const transfers = parseTransfers(await curlFrom(sample, client, words, commandTimeoutMs));
  return transfers.slice(0, -1);
}

/** What curl is told for the calls of a second, over a new connection each. */
export function steadyCallWords(url: string, header: readonly string[]): string[] {
  const urls = Array.from({ length: callsPerSecond }, () => url);
  // By its last transfer curl says how it went: this one always goes well, and what became of each call is written for it.
  const last = "file:///dev/null";
  const options = ["--max-time", String(callTimeoutSeconds), "-H", "Connection: close", "-w", transferFormat];
  return [...header, ...options, ...urls, last];
}

function tally(unanswered: readonly Unanswered[], answered: number): string {
  const all = unanswered.length + answered;
  return unanswered.length === 0 ? `all ${all} calls answered` : `${unanswered.length} of ${all} calls not answered`;
}

const seconds = (milliseconds: number): string => `${Math.round(milliseconds / 1_000)} s`;
