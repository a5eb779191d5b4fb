import { configurationPath, type Problem, type SitePlan } from "../../topology";
import { certificatesIn, type TrustMaterial } from "../../trust";
import type { Findings } from "./findings";

/**
 * How far clocks may be apart: istiod has a workload's certificate begin two minutes early for that (istio,
 * security/pkg/pki/util/generate_cert.go, ClockSkewGracePeriod).
 */
const mayBeApartMs = 120_000;

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

/** What is less cannot be told from an answer that took its time. */
const isApartFromMs = 5_000;

/** The clocks of a mesh's clusters. */
export interface Clocks {
  readonly sites: readonly SitePlan[];
  /** By how much they are ahead of this machine's, in milliseconds, by the clusters' names; without those that told nothing. */
  readonly aheadMs: ReadonlyMap<string, number>;
  /** What of the mesh's certificates is made elsewhere. Default: nothing. */
  readonly trust?: TrustMaterial | undefined;
  /** By this machine's clock. */
  readonly now: Date;
}

/**
 * What clocks that are apart do to certificates: each cluster takes those for valid that are so by its own clock. By this
 * machine's clock their judge has judged them. Pure.
 */
export function judgeClocks({ aheadMs, now, sites, trust }: Clocks): Findings {
  // This machine's counts as one of them: certificates that the stack makes begin by it.
  const usualMs = middleOf([0, ...aheadMs.values()]);
  const told = sites.flatMap((site) => {
    const ahead = aheadMs.get(site.name);
    return ahead === undefined ? [] : [{ site, ahead }];
  });
  return {
    problems: told
      .filter(({ ahead }) => Math.abs(ahead) >= isApartFromMs)
      .flatMap(({ ahead, site }) => untimely(site, new Date(now.getTime() + ahead), now, trust)),
    warnings: [
      ...(isApart(usualMs) ? [apart("this machine", "this machine's", -usualMs)] : []),
      ...told
        .filter(({ ahead }) => isApart(ahead - usualMs))
        .map(({ ahead, site: { path } }) => apart(path, "its API server's", ahead - usualMs)),
    ],
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

function apart(path: string, whose: string, aheadMs: number): Problem {
  const seconds = Math.round(Math.abs(aheadMs) / 1_000);
  return {
    path,
    expected: "a clock that goes as the others do, since certificates begin and end by it",
    found: `${whose}, which is ${String(seconds)} s ${aheadMs < 0 ? "behind" : "ahead"}`,
    fix: "Set it right (NTP); beyond two minutes calls fail with every new certificate.",
  };
}

/** Certificates that are valid here and not there. */
function untimely({ name, path }: SitePlan, there: Date, here: Date, trust: TrustMaterial | undefined): Problem[] {
  const given = [
    { from: configurationPath("trust", "roots"), pem: trust?.rootsPem ?? "" },
    ...[...(trust?.intermediates ?? [])].map(([site, found]) => ({
      from: configurationPath("trust", "intermediates", site),
      pem: "certificatePem" in found ? found.certificatePem : "",
    })),
  ];
  return given.flatMap(({ from, pem }) =>
    certificatesIn(pem).flatMap(({ subject, validFromDate, validToDate }): Problem[] => {
      const isValid = (at: Date): boolean => validFromDate <= at && at <= validToDate;
      if (!isValid(here) || isValid(there)) return [];
      const when =
        there < validFromDate ? `begins ${validFromDate.toISOString()}` : `ended ${validToDate.toISOString()}`;
      return [
        {
          path: from,
          expected: `certificates that are valid in ${name}, where it is ${there.toISOString()} by the API server's clock`,
          found: `${subject.replaceAll("\n", ", ")}, which ${when}`,
          fix: `Set the clock of that cluster right (${path}), or have the certificate signed for the time by it.`,
        },
      ];
    }),
  );
}
