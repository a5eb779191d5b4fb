import { z } from "zod";
import { worded } from "../wording";
import { label, listOf, text } from "./primitives";

/** A day of the calendar that there is: JavaScript would take 31 February for one in March. */
const day = worded(
  z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}$/)
    .refine((value) => {
      const date = new Date(`${value}T00:00:00Z`);
      return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(value);
    }),
  { expected: "a day as year-month-day, in quotes", example: "2027-01-31" },
);

const acceptedFindingSchema = worded(
  z.strictObject({
    finding: label("calls-allowed").describe(
      "Id of what may be found: of a check of `isthmus verify` (docs/checks.md), or of a cause of `isthmus doctor` (docs/doctor.md).",
    ),
    clusters: listOf(label("west"), "a list of clusters' names", "[west]")
      .optional()
      .describe(
        "Where it is accepted: a finding about another cluster as well is not. Default: in every cluster, for what concerns the mesh as a whole.",
      ),
    reason: text(
      "why it is accepted, on one line",
      "a policy of the platform team; calls are allowed by namespace",
    ).describe("Why it is accepted, on one line: shown wherever it is found."),
    until: day
      .optional()
      .describe(
        'The last day on which it is accepted, by UTC: `"2027-01-31"`. After that it counts like any other. Default: none; say one where the reason will not last.',
      ),
  }),
  {
    expected: "a mapping with the keys finding, clusters, reason, until",
    example: "{ finding: calls-allowed, clusters: [west], reason: a policy of the platform team }",
  },
);

/** What is found, and is meant to be so. */
export const acceptedSchema = worded(z.array(acceptedFindingSchema), {
  expected: "a list of accepted findings",
  example: "[{ finding: calls-allowed, clusters: [west], reason: a policy of the platform team }]",
})
  .default([])
  .describe(
    "What `isthmus verify` and `isthmus doctor` find and your company accepts: it is shown as accepted, with the reason, and counts as no failure. One that is not found any more, or whose day has passed, is told. Default: none.",
  );
