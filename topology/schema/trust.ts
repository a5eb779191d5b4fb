import { z } from "zod";
import { worded } from "../wording";
import { certManagerSchema } from "./cert-manager";
import { generatedRootsSchema } from "./generated-roots";
import { intermediateKeysSchema } from "./intermediate-keys";
import { intermediatesSchema, revocationsFile, rootsFile } from "./intermediates";
import { days, oneOf } from "./primitives";

export const trustSchema = worded(
  z.strictObject({
    root: oneOf(["generated", "offline", "given", "cert-manager"])
      .default("generated")
      .describe(
        "Where the mesh's certificates come from. `generated`: the root CA is made by this program, and its key is kept, encrypted, in the stack's state, which signs every intermediate: good for trying, and for who can guard that state. `offline`: the stack makes each istiod's key and signing request; the root's key stays elsewhere, and what it signed is named in `intermediates`. `given`: ready-made intermediates, named in `intermediates`. `cert-manager`: cert-manager issues and renews each intermediate in its cluster, by the issuer that `certManager` names; its key never leaves the cluster. Default: generated, which needs nothing else.",
      ),
    roots: rootsFile
      .optional()
      .describe(
        "PEM file with roots that every workload trusts, relative to the project; the first one is the mesh's own. With `generated`: roots beside its own, as while a mesh goes over to another root. Default: with `given` the roots that come with the intermediates; with `generated` its own alone. With `offline` and `cert-manager` it must be there.",
      ),
    intermediates: intermediatesSchema
      .optional()
      .describe(
        "Where the intermediate CA of each istiod comes from, by the name of the cluster that it runs in. With `given` there is one for every istiod. With `offline` it names what was signed, as `certificate`; an istiod without one is not made yet, and its signing request is in the stack's outputs. Default: none.",
      ),
    generated: generatedRootsSchema
      .prefault({})
      .describe(
        "Roots that the stack makes, where `root` is generated. Another one beside the first is how a mesh changes its root without losing a call: both trusted, then the intermediates under it, then the first dropped, each by an update of its own. Default: one root, under which every istiod has its intermediate.",
      ),
    intermediateKeys: intermediateKeysSchema
      .default({})
      .describe(
        "Keys of the intermediates that the stack makes, by the name of the cluster whose istiod signs with them, where `root` is generated. Another one beside the first is how a key that was stolen is replaced: made, then used, then the first dropped; `isthmus trust revoke` does that. Default: one key for each.",
      ),
    revocations: revocationsFile
      .optional()
      .describe(
        "PEM file with revocation lists (CRLs), relative to the project, that every proxy looks at: one of every CA of every chain, the roots among them, for with lists a proxy takes no certificate of a CA that it has none of. `isthmus trust revoke` writes it. Nothing in it is secret. Default: none, and nothing is revoked.",
      ),
    certManager: certManagerSchema
      .optional()
      .describe(
        "The issuer by which cert-manager signs the intermediates, where `root` is cert-manager, which must then name one. Default: none.",
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
        "Lifetime of each cluster's intermediate certificate, in days; with `cert-manager` it is what the issuer is asked for, which may give less. Default: 365, so that renewing is practised yearly.",
      ),
    renewBeforeDays: days(0, 3649, "90")
      .default(90)
      .describe(
        "An intermediate that expires within so many days is renewed by the next `pulumi up`, or with `cert-manager` by itself. Default: 90, so that a quarterly run is enough, and an issuer that fails is noticed long before the end.",
      ),
  }),
  { expected: "a mapping that describes the certificate authorities", example: "{ root: generated }" },
).describe("The certificate authorities of the mesh.");
