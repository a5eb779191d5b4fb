import { z } from "zod";
import { worded } from "../wording";
import { days, label } from "./primitives";

/** Name of the token that every account of a reader has when nothing is said. Its Secret has no name of a token in its own. */
export const firstReaderToken = "first";

const tokenName = label("from-2026-11-29");

const maximumAgeDays = days(1, 3650, "90");

/** The tokens by which the istiods of other clusters read one cluster. */
export const readerTokensSchema = worded(
  z.strictObject({
    tokens: worded(z.array(tokenName), {
      expected: "a list of names of tokens",
      example: `[${firstReaderToken}, from-2026-11-29]`,
    })
      .default([firstReaderToken])
      .describe(
        "Names of the tokens that the account has, each in a Secret of its own. A token is valid as long as its name stands here. `first` is the one that every account has when nothing is said. Default: [first].",
      ),
    used: tokenName
      .default(firstReaderToken)
      .describe(
        "The token that the istiods of other clusters are given. Default: first, whatever stands in `tokens`, so that a token that is named beside it changes nothing for them.",
      ),
    maximumAgeDays: maximumAgeDays
      .optional()
      .describe(
        "Age of the used token, in days, from which on `isthmus preview`, `isthmus up` and `isthmus verify` warn, and `isthmus rotate tokens --due` replaces it. Default: that of the mesh's `readerTokens`.",
      ),
  }),
  {
    expected: "a mapping with the keys tokens, used, maximumAgeDays",
    example: `{ tokens: [${firstReaderToken}, from-2026-11-29], used: ${firstReaderToken} }`,
  },
).describe(
  "The tokens of the account by which the istiods of other clusters read this cluster. Another one beside the first is how they are given another without losing a call: made, then used, then the first dropped, each by an update of its own; `isthmus rotate tokens` does that. Default: one token, without an end.",
);

/** What holds for the readers' tokens of all clusters. */
export const meshReaderTokensSchema = worded(
  z.strictObject({
    maximumAgeDays: maximumAgeDays
      .optional()
      .describe(
        "Age of the used token, in days, from which on it counts as due, in clusters that say none of their own. Default: none, so that nobody is warned of what they have not decided.",
      ),
  }),
  { expected: "a mapping with the key maximumAgeDays", example: "{ maximumAgeDays: 90 }" },
).describe("What holds for the tokens by which the clusters read each other, in all clusters.");
