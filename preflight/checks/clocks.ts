import { apartWords, clocksApart, configurationPath, type Problem, type SitePlan } from "../../topology";
import { certificatesIn, type TrustMaterial } from "../../trust";
import type { Findings } from "./findings";

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
  const apart = clocksApart(aheadMs);
  const told = sites.flatMap((site) => {
    const ahead = aheadMs.get(site.name);
    return ahead === undefined ? [] : [{ site, ahead }];
  });
  return {
    problems: told
      .filter(({ ahead }) => Math.abs(ahead) >= isApartFromMs)
      .flatMap(({ ahead, site }) => untimely(site, new Date(now.getTime() + ahead), now, trust)),
    warnings: [
      ...(apart.here === undefined ? [] : [warning("this machine", "this machine's", apart.here)]),
      ...told.flatMap(({ site: { name, path } }) => {
        const ahead = apart.clusters.get(name);
        return ahead === undefined ? [] : [warning(path, "its API server's", ahead)];
      }),
    ],
  };
}

function warning(path: string, whose: string, aheadMs: number): Problem {
  return {
    path,
    expected: "a clock that goes as the others do, since certificates begin and end by it",
    found: `${whose}, which is ${apartWords(aheadMs)}`,
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
