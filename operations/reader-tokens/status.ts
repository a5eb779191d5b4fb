import { ageDays, overdueToken, stillNeeds, type StandingReader, type StandingTokens } from "../../preflight";
import { isRead, listed, readerTokensOf, type ClusterPlan, type MeshPlan } from "../../topology";
import type { ClusterTokens, ReaderTokensReport, TokensState, TokenStatus } from "./report";
import { stepOnward } from "./step";

/** How the tokens of a mesh stand, from its file and its clusters; never from what an earlier command did. Pure. */
export function readerTokensReport(
  plan: MeshPlan,
  standing: ReadonlyMap<string, StandingTokens>,
  now = new Date(),
): ReaderTokensReport {
  return {
    mesh: plan.id,
    clusters: plan.clusters
      .filter(({ name }) => isRead(plan, name))
      .map((cluster) => clusterTokens(cluster, standing.get(cluster.name) ?? unasked(cluster.name), now)),
  };
}

const unasked = (cluster: string): StandingTokens => ({
  cluster,
  tokens: [],
  readers: [],
  trouble: `${cluster} could not be asked`,
});

function clusterTokens(cluster: ClusterPlan, found: StandingTokens, now: Date): ClusterTokens {
  const wanted = readerTokensOf(cluster);
  const { state, awaited } = progressOf(cluster, found);
  const next = stepOnward(wanted);
  const names = [...new Set([...wanted.tokens, ...found.tokens.map(({ name }) => name)])];
  return {
    cluster: cluster.name,
    state,
    awaited,
    tokens: names.map((name): TokenStatus => {
      const token = found.tokens.find((one) => one.name === name);
      return {
        name,
        place: name === wanted.used ? "used" : wanted.tokens.includes(name) ? "beside" : "leaving",
        ...(token === undefined ? {} : { createdAt: token.createdAt.toISOString(), ageDays: ageDays(token, now) }),
      };
    }),
    readers: found.readers.map(({ reader, ...rest }) => ({ cluster: reader, ...rest })),
    isDue: overdueToken(cluster, found, now) !== undefined,
    ...(next === undefined ? {} : { next }),
  };
}

function progressOf(
  cluster: ClusterPlan,
  { readers, tokens, trouble }: StandingTokens,
): { readonly state: TokensState; readonly awaited: readonly string[] } {
  if (trouble !== undefined) return { state: "unread", awaited: [trouble] };
  const wanted = readerTokensOf(cluster);
  const filled = tokens.filter(({ isFilled }) => isFilled).map(({ name }) => name);
  const missing = wanted.tokens.filter((name) => !filled.includes(name));
  const leaving = tokens.map(({ name }) => name).filter((name) => !wanted.tokens.includes(name));
  // A token is revoked by an update that is refused as long as an istiod may go by it.
  const held = leaving.flatMap((token) => readers.flatMap((reader) => heldBy(token, reader)));
  if (held.length > 0 && readers.every(({ given }) => given === wanted.used)) {
    return { state: "following", awaited: [...new Set(held)] };
  }
  const others = readers.filter(({ given }) => given !== wanted.used);
  const unapplied = [
    ...missing.map((name) => `${name} is not made yet`),
    ...(others.length === 0
      ? []
      : [`the istiod of ${listed(others.map(({ reader }) => reader))} is not given ${wanted.used} yet`]),
    ...leaving.map((name) => `${name} is not revoked yet`),
  ];
  if (unapplied.length > 0) return { state: "unapplied", awaited: unapplied };
  const lags = readers.flatMap(({ lag, reader }) => (lag === undefined ? [] : [`the istiod of ${reader}: ${lag}`]));
  if (lags.length > 0) return { state: "following", awaited: lags };
  return { state: wanted.tokens.length > 1 ? "under-way" : "settled", awaited: [] };
}

function heldBy(token: string, reader: StandingReader): string[] {
  const words = stillNeeds(token, reader);
  return words === undefined ? [] : [`the istiod of ${reader.reader} ${words}`];
}
