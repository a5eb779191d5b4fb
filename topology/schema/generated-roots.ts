import { z } from "zod";
import { worded } from "../wording";
import { label } from "./primitives";

/** Name of the root that every stack makes when nothing is said. Its resources have no name of a root in theirs. */
export const firstRoot = "first";

const rootName = label("2031");

/** The roots that the stack makes, and under which of them the istiods sign. */
export const generatedRootsSchema = worded(
  z.strictObject({
    roots: worded(z.array(rootName), {
      expected: "a list of names of roots",
      example: `[${firstRoot}, "2031"]`,
    })
      .default([firstRoot])
      .describe(
        "Names of the roots that the stack makes, all of which every workload trusts. `first` is the one that every stack makes when nothing is said. A root lives as long as its name stands here. Default: [first].",
      ),
    issuer: rootName
      .default(firstRoot)
      .describe(
        "The root under which the istiods have their intermediates: the mesh's own, by whose fingerprint it is known. Default: first, whatever stands in `roots`, so that a root that is named beside it signs nothing.",
      ),
    issuers: worded(z.record(label("east"), rootName), {
      expected: "a mapping of roots by the name of the cluster whose istiod has its intermediate under it",
      example: '{ east: "2031" }',
    })
      .default({})
      .describe(
        "Istiods with an intermediate under another root than `issuer`, by the name of the cluster that each runs in: so a mesh goes over to another root cluster by cluster. Default: none.",
      ),
  }),
  { expected: "a mapping of roots that the stack makes", example: `{ roots: [${firstRoot}, "2031"] }` },
);
