import type { Mesh } from "../schema";
import { firstReaderToken } from "../schema/reader-tokens";

/** The tokens of the account by which istiods elsewhere read a cluster. */
export interface ReaderTokensPlan {
  /** Names of those that there are, as the configuration has them. */
  readonly tokens: readonly string[];
  /** Name of the one that the istiods are given. */
  readonly used: string;
}

/** What the plan of a cluster has of them. */
interface TokensOfCluster {
  readonly readerTokens?: ReaderTokensPlan;
  readonly readerTokenMaximumAgeDays?: number;
}

const unnamed: ReaderTokensPlan = { tokens: [firstReaderToken], used: firstReaderToken };

/** What a cluster's plan has of its tokens: nothing where it has the one that nobody names, so that its plan is as ever. */
export function planReaderTokens(
  mesh: Pick<Mesh, "readerTokens">,
  { tokens, used, maximumAgeDays = mesh.readerTokens.maximumAgeDays }: Mesh["clusters"][string]["readerTokens"],
): TokensOfCluster {
  const isUnnamed = used === firstReaderToken && tokens.length === 1 && tokens[0] === firstReaderToken;
  return {
    ...(isUnnamed ? {} : { readerTokens: { tokens, used } }),
    ...(maximumAgeDays === undefined ? {} : { readerTokenMaximumAgeDays: maximumAgeDays }),
  };
}

/** The tokens by which istiods elsewhere read a cluster. Pure. */
export function readerTokensOf({ readerTokens = unnamed }: Pick<TokensOfCluster, "readerTokens">): ReaderTokensPlan {
  return readerTokens;
}
