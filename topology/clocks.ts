/** A server says its time in whole seconds: on average it is half of one later (RFC 9110, 6.6.1). */
const halfASecondMs = 500;

/**
 * How far a server's clock is ahead of this machine's, in milliseconds, as its answer says it: to a second or two, with the
 * time that the answer was on its way. Pure.
 * @param date The answer's header `Date`.
 * @param answeredMs When the answer was there, by this machine's clock.
 * @returns Undefined where it says no time.
 */
export function aheadMsOf(date: string | undefined, answeredMs: number): number | undefined {
  const saidMs = date === undefined ? Number.NaN : Date.parse(date);
  return Number.isNaN(saidMs) ? undefined : saidMs + halfASecondMs - answeredMs;
}

/**
 * How far clocks may be apart: istiod has a workload's certificate begin two minutes early for that (istio,
 * security/pkg/pki/util/generate_cert.go, ClockSkewGracePeriod).
 */
const mayBeApartMs = 120_000;

/** Clocks that do not go as the others do. */
export interface ClocksApart {
  /** By how much this machine's is ahead of the usual one, in milliseconds; undefined where it goes as the others do. */
  readonly here?: number;
  /** By how much those of clusters are, by the clusters' names. */
  readonly clusters: ReadonlyMap<string, number>;
}

/**
 * Which clocks are apart from the others. This machine's counts as one of them: certificates that a stack makes begin by it. Pure.
 * @param aheadMs By how much those of clusters are ahead of this machine's, in milliseconds.
 */
export function clocksApart(aheadMs: ReadonlyMap<string, number>): ClocksApart {
  const usualMs = middleOf([0, ...aheadMs.values()]);
  const apart = [...aheadMs].map(([name, ahead]) => [name, ahead - usualMs] as const);
  return {
    ...(isApart(usualMs) ? { here: -usualMs } : {}),
    clusters: new Map(apart.filter(([, ahead]) => isApart(ahead))),
  };
}

/** Two that are each within half of it are within it. */
function isApart(aheadMs: number): boolean {
  return Math.abs(aheadMs) > mayBeApartMs / 2;
}

function middleOf(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}

/** How far a clock is from the others, in words: `90 s behind`. Pure. */
export function apartWords(aheadMs: number): string {
  return `${String(Math.round(Math.abs(aheadMs) / 1_000))} s ${aheadMs < 0 ? "behind" : "ahead"}`;
}
