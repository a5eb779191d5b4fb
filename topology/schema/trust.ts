import { z } from "zod";
import { worded } from "../wording";
import { days, oneOf } from "./primitives";

export const trustSchema = worded(
  z.strictObject({
    root: oneOf(["generated"])
      .default("generated")
      .describe(
        "Where the mesh's root CA comes from. `generated`: made by this program and kept, encrypted, in the stack's state. Default: generated, so far the only source.",
      ),
    keyAlgorithm: oneOf(["ecdsa-p256", "rsa-4096"])
      .default("ecdsa-p256")
      .describe(
        "Keys of the root and the intermediates. The root's counts when the root is made; a later change is ignored there. Default: ecdsa-p256, which is made and verified in a fraction of RSA's time; rsa-4096 is what Istio's sample makefiles use.",
      ),
    rootLifetimeDays: days(2, 3650, "1825")
      .default(1825)
      .describe(
        "Lifetime of the root certificate, in days. Default: 1825, five years, half of what Istio's sample makefiles use.",
      ),
    intermediateLifetimeDays: days(1, 3650, "365")
      .default(365)
      .describe(
        "Lifetime of each cluster's intermediate certificate, in days. Default: 365, so that renewing is practised yearly.",
      ),
    renewBeforeDays: days(0, 3649, "90")
      .default(90)
      .describe(
        "An intermediate that expires within so many days is renewed by the next `pulumi up`. Default: 90, so that a quarterly run is enough.",
      ),
  }),
  { expected: "a mapping that describes the certificate authorities", example: "{ root: generated }" },
).describe("The certificate authorities of the mesh.");
