import {
  configurationPath,
  listed,
  readerTokensOf,
  type ClusterPlan,
  type MeshPlan,
  type Problem,
} from "../../topology";
import type { Findings } from "../checks/findings";
import { readReaderTokens, type ReaderTokensQuery } from "./read-mesh";
import type { StandingReader, StandingToken, StandingTokens } from "./standing";

const dayMs = 24 * 60 * 60 * 1000;

/** Whole days that a token is old. */
export function ageDays({ createdAt }: Pick<StandingToken, "createdAt">, now: Date): number {
  return Math.floor((now.getTime() - createdAt.getTime()) / dayMs);
}

/** The used token of a cluster and its age in days, where it is older than it may be. Pure. */
export function overdueToken(
  cluster: ClusterPlan,
  { tokens }: Pick<StandingTokens, "tokens">,
  now: Date,
): { readonly name: string; readonly days: number; readonly maximumDays: number } | undefined {
  const { readerTokenMaximumAgeDays: maximumDays } = cluster;
  const used = tokens.find(({ name }) => name === readerTokensOf(cluster).used);
  if (maximumDays === undefined || used === undefined) return undefined;
  const days = ageDays(used, now);
  return days < maximumDays ? undefined : { name: used.name, days, maximumDays };
}

/** Tokens of a cluster that an update would delete: they stand, and the configuration names them no more. Pure. */
function leavingTokens(cluster: ClusterPlan, standing: readonly string[]): string[] {
  const { tokens } = readerTokensOf(cluster);
  return standing.filter((name) => !tokens.includes(name));
}

/**
 * What an istiod still needs before a token may go: whatever it goes by must be another one, for certain. Undefined where it
 * needs nothing. Pure.
 */
export function stillNeeds(token: string, { given, lag }: StandingReader): string | undefined {
  if (given === token) return `is given ${token}`;
  if (lag !== undefined) return `may go by ${token} still: ${lag}`;
  return undefined;
}

/**
 * Judges tokens that an update would delete, and those that are older than they may be. Pure.
 * @param standing How tokens stand, by cluster; clusters that are not there are not judged.
 */
export function judgeReaderTokens(
  plan: MeshPlan,
  standing: ReadonlyMap<string, StandingTokens>,
  now = new Date(),
): Findings {
  const judged = plan.clusters.flatMap((cluster) => {
    const found = standing.get(cluster.name);
    return found === undefined ? [] : [{ cluster, found }];
  });
  return {
    problems: judged.flatMap(({ cluster, found }) =>
      leavingTokens(
        cluster,
        found.tokens.map(({ name }) => name),
      ).flatMap((token) => inUse(cluster, token, found.readers)),
    ),
    warnings: judged.flatMap(({ cluster, found }) => [...overdue(cluster, found, now), ...unread(cluster, found)]),
  };
}

function inUse(cluster: ClusterPlan, token: string, readers: readonly StandingReader[]): Problem[] {
  const needing = readers.flatMap((reader) => {
    const words = stillNeeds(token, reader);
    return words === undefined ? [] : [`${reader.reader} ${words}`];
  });
  if (needing.length === 0) return [];
  return [
    {
      path: configurationPath("clusters", cluster.name, "readerTokens", "tokens"),
      expected: `${token} among them, as long as an istiod elsewhere may go by it`,
      found: `none, and the istiod of ${listed(needing)}`,
      fix: `Leave it there, have another one \`used\` by an update of its own, and take it out when every istiod goes by that: \`isthmus rotate tokens\` does so.`,
    },
  ];
}

function overdue(cluster: ClusterPlan, found: StandingTokens, now: Date): Problem[] {
  const token = overdueToken(cluster, found, now);
  if (token === undefined) return [];
  return [
    {
      path: configurationPath("clusters", cluster.name, "readerTokens"),
      expected: `a used token that is younger than ${String(token.maximumDays)} days, as maximumAgeDays says`,
      found: `${token.name}, which is ${String(token.days)} days old`,
      fix: "Replace it: `isthmus rotate tokens --due`.",
    },
  ];
}

/** Of a cluster with the one token that nobody names there is nothing to judge. */
function unread({ name, readerTokens }: ClusterPlan, { trouble }: StandingTokens): Problem[] {
  if (readerTokens === undefined || trouble === undefined) return [];
  return [
    {
      path: configurationPath("clusters", name, "readerTokens"),
      expected: "to list the Secrets of istio-system, for none is to be deleted that an istiod goes by",
      found: trouble,
      fix: "Allow it, or make sure by yourself that every istiod goes by the used one.",
    },
  ];
}

/** Looks at the tokens of a mesh's readers, and at the readers where a token is to go. */
export async function readerTokenFindings(query: ReaderTokensQuery): Promise<Findings> {
  const clusters = new Map(query.plan.clusters.map((cluster) => [cluster.name, cluster]));
  const asks = (name: string, tokens: readonly string[]): boolean => {
    const cluster = clusters.get(name);
    return cluster !== undefined && leavingTokens(cluster, tokens).length > 0;
  };
  // Of those that do not answer others tell, and nothing can be deleted there.
  const asked = (query.clusters ?? [...clusters.keys()]).filter((name) => query.access.has(name));
  return judgeReaderTokens(query.plan, await readReaderTokens({ ...query, clusters: asked, asks }));
}
