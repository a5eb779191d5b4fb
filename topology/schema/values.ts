import { z } from "zod";
import { worded } from "../wording";

function helmValues(chart: string): z.ZodRecord<z.ZodString, z.ZodUnknown> {
  return worded(
    z.record(worded(z.string(), { expected: "the name of a Helm value", example: "resources" }), z.unknown()),
    {
      expected: `a mapping with Helm values of the ${chart} chart`,
      example: "{}",
    },
  );
}

const istiodValues = helmValues("istiod").optional().describe("Extra values of the `istiod` chart. Default: none.");

/** Extra Helm values by chart. */
export const chartValuesSchema = worded(
  z.strictObject({
    base: helmValues("base").optional().describe("Extra values of the `base` chart. Default: none."),
    istiod: istiodValues,
    gateway: helmValues("gateway")
      .optional()
      .describe("Extra values of the `gateway` chart, which makes the east-west gateways. Default: none."),
  }),
  { expected: "a mapping with the keys base, istiod, gateway", example: "{}" },
);

/** Extra Helm values of an external control plane: no other chart is installed there. */
export const externalValuesSchema = worded(z.strictObject({ istiod: istiodValues }), {
  expected: "a mapping with the key istiod",
  example: "{}",
});
