/** Calls from a cluster that another one answered. */
export interface AnsweredCalls {
  readonly from: string;
  readonly to: string;
  readonly calls: number;
  /** From the client's first byte to the answer's last, in milliseconds. */
  readonly medianMs: number;
  readonly slowestMs: number;
}

/** How long the sample's calls took, for each pair of caller and called. */
export class CallTimes {
  private readonly byPair = new Map<string, Map<string, number[]>>();

  /** Takes down one call that was answered. */
  note(from: string, to: string, tookMs: number): void {
    const byCalled = this.byPair.get(from) ?? new Map<string, number[]>();
    this.byPair.set(from, byCalled.set(to, [...(byCalled.get(to) ?? []), tookMs]));
  }

  /** All pairs of which a call was answered, by name. */
  observed(): AnsweredCalls[] {
    const pairs = [...this.byPair].flatMap(([from, byCalled]) =>
      [...byCalled].map(([to, times]) => ({ from, to, ...summaryOf(times) })),
    );
    return pairs.sort((one, other) => one.from.localeCompare(other.from) || one.to.localeCompare(other.to));
  }
}

/** @param times At least one, in milliseconds. */
function summaryOf(times: readonly number[]): Pick<AnsweredCalls, "calls" | "medianMs" | "slowestMs"> {
  const sorted = times.toSorted((one, other) => one - other);
  const [median, slowest] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted.at(-1)];
  if (median === undefined || slowest === undefined) throw new RangeError("no call was answered");
  return { calls: sorted.length, medianMs: tenths(median), slowestMs: tenths(slowest) };
}

const tenths = (milliseconds: number): number => Math.round(milliseconds * 10) / 10;
