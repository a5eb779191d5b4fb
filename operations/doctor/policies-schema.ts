import { z } from "zod";
import { distribution } from "./surroundings-schema";

const text = z.string();
const texts = z.array(text);

/** The form of Istio's policies and gateways. */
export const policies = z.object({
  peerAuthentications: z.array(z.object({ name: text, mode: text.optional() })),
  plainNamespaces: z.array(z.object({ namespace: text, name: text })).optional(),
  authorizationPolicies: z.array(
    z.object({
      namespace: text,
      name: text,
      action: text,
      scope: z.enum(["all", "selected"]),
      rules: z.enum(["none", "some", "every"]),
    }),
  ),
  destinationRules: z.array(z.object({ name: text, host: text, tlsMode: text.optional() })),
  serviceRules: z.array(z.object({ namespace: text, name: text, host: text, tlsMode: text })).optional(),
  localityRules: z
    .array(
      z.object({
        namespace: text,
        name: text,
        host: text,
        distribute: distribution.optional(),
        orderedBy: texts.optional(),
        hasOutlierDetection: z.boolean(),
      }),
    )
    .optional(),
  passthroughGateways: z.array(
    z.object({
      name: text,
      ports: z.array(z.int()),
      hosts: texts.optional(),
      selector: z.record(text, text).optional(),
    }),
  ),
});
