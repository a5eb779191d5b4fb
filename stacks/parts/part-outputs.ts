import { z } from "zod";
import { saidMutualTlsSchema } from "../last-outputs";

/** What a part says of itself: public, and enough to know whether it must be updated, and who waits for it. */
const writtenPartSchema = z.object({
  /** The mesh's id; missing, as the next two, where a release before 0.4.0 made it. */
  mesh: z.string().optional(),
  /** Name of the stack whose configuration describes the mesh, without organization and project. */
  environment: z.string().optional(),
  /** Which part of the mesh it is: `trust`, or the cluster's name. */
  name: z.string().optional(),
  /** What it has for others, by the offer; the value differs when the thing does. */
  offers: z.record(z.string(), z.string()).default({}),
  /** What of others it was made from, by the need's key, with the value that counted. */
  uses: z.record(z.string(), z.string()).default({}),
  /** What it used before, and does no more once it is made. */
  formerUses: z.record(z.string(), z.string()).default({}),
  /** Of all that it was made from. Missing when its last update failed. */
  digest: z.string().optional(),
});

/** A part whose last update failed may still live by what that was to take from it. */
const partSchema = writtenPartSchema.transform(({ formerUses, uses, ...part }) => ({
  ...part,
  uses: part.digest === undefined ? { ...formerUses, ...uses } : uses,
}));

/** What a part says of itself. */
export type PartState = z.output<typeof partSchema>;

const intermediateSchema = z.union([
  z.object({ certificatePem: z.string(), privateKeyPem: z.string(), notAfter: z.string() }),
  z.object({ existingSecret: z.literal("cacerts"), notAfter: z.string().optional() }),
]);

const outputsSchema = z.object({
  mesh: z
    .object({
      rootFingerprint: z.string().optional(),
      mtls: saidMutualTlsSchema,
      roots: z
        .array(z.object({ fingerprint: z.string() }))
        .optional()
        .catch(undefined),
    })
    .catch({}),
  controlPlanes: z.record(z.string(), z.object({ address: z.string().optional() })).catch({}),
  part: partSchema.catch({ offers: {}, uses: {} }),
  rootCertificatePem: z.string().optional().catch(undefined),
  intermediates: z.record(z.string(), intermediateSchema.optional().catch(undefined)).catch({}),
  kubeconfigs: z.object({ reader: z.string().optional(), istiodAccount: z.string().optional() }).catch({}),
});

/** The outputs of a part's stack, as the other parts read them. Holds secrets. */
export type PartOutputs = z.output<typeof outputsSchema>;

/** Reads a part's outputs. Of a stack without any, or of one that is no part, nothing is known. Pure. */
export function parsePartOutputs(outputs: unknown): PartOutputs {
  const read = outputsSchema.safeParse(outputs ?? {});
  return read.success ? read.data : outputsSchema.parse({});
}
