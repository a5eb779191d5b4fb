import { z } from "zod";
import { worded } from "../wording";
import { label } from "./primitives";

/** Name of the key that every intermediate has when nothing is said. Its resource has no name of a key in its own. */
export const firstIntermediateKey = "first";

const keyName = label("from-2026-11-30");

/** The keys of one cluster's intermediate CA. */
const keysSchema = worded(
  z.strictObject({
    keys: worded(z.array(keyName), {
      expected: "a list of names of keys",
      example: `[${firstIntermediateKey}, from-2026-11-30]`,
    })
      .default([firstIntermediateKey])
      .describe(
        "Names of the keys that there are. A key lives as long as its name stands here. `first` is the one that every intermediate has when nothing is said. Default: [first].",
      ),
    used: keyName
      .default(firstIntermediateKey)
      .describe(
        "The key that the intermediate's certificate is of, and that istiod is given. Default: first, whatever stands in `keys`, so that a key that is named beside it changes nothing.",
      ),
  }),
  {
    expected: "a mapping with the keys keys, used",
    example: `{ keys: [${firstIntermediateKey}, from-2026-11-30], used: from-2026-11-30 }`,
  },
);

/** Keys of intermediates that a stack makes, by the name of the cluster whose istiod signs with them. */
export const intermediateKeysSchema = worded(z.record(label("east"), keysSchema), {
  expected: "a mapping of keys by the name of the cluster whose istiod signs with them",
  example: `{ east: { keys: [from-2026-11-30], used: from-2026-11-30 } }`,
});
