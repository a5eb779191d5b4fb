/** One line of `bench/results/latest.json`. Scripts rely on its shape. */
export interface BenchResult {
  readonly name: string;
  /** Median over the runs. */
  readonly value: number;
  readonly unit: "s" | "ms" | "KiB" | "MiB" | "resources" | "requests";
  /** Every run's value, in the order of the runs. */
  readonly runs: readonly number[];
  /** What it was run beside, where there is a peer. */
  readonly peer?: string;
  readonly peerValue?: number;
  readonly peerRuns?: readonly number[];
  /** Ours over the peer's: below one is better. */
  readonly ratio?: number;
  readonly machine: string;
  /** ISO 8601. */
  readonly date: string;
}

/** What a benchmark measured, before machine and date are added. */
export interface Measurement {
  readonly name: string;
  readonly unit: BenchResult["unit"];
  readonly runs: readonly number[];
  readonly peer?: { readonly name: string; readonly runs: readonly number[] };
  /** Where the time goes, one line a part, for the reader. */
  readonly notes?: readonly string[];
}

/** The middle value; of an even number, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  if (upper === undefined || lower === undefined) throw new RangeError("the median of no values");
  return (lower + upper) / 2;
}

/** Turns a measurement into the line that is kept. */
export function resultOf(measurement: Measurement, machine: string, date: Date): BenchResult {
  const value = round(median(measurement.runs));
  const own = { name: measurement.name, value, unit: measurement.unit, runs: measurement.runs.map(round) };
  const { peer } = measurement;
  if (peer === undefined) return { ...own, machine, date: date.toISOString() };
  const peerValue = round(median(peer.runs));
  return {
    ...own,
    peer: peer.name,
    peerValue,
    peerRuns: peer.runs.map(round),
    ratio: round(value / peerValue),
    machine,
    date: date.toISOString(),
  };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
