import { z } from "zod";
import { certManagerGroup, issuedIntermediateName, systemNamespace, type IssuerRef } from "../../topology";
import { readJson } from "../json";

/** Where cert-manager's own kinds are at an API server. */
export const certManagerApi = `/apis/${certManagerGroup}/v1`;

const inSystemNamespace = `${certManagerApi}/namespaces/${systemNamespace}`;

/** Where the Certificate of an istiod's intermediate CA is. */
export const certificatePath = `${inSystemNamespace}/certificates/${issuedIntermediateName}`;

/** Where the requests are that cert-manager makes of Certificates. */
export const requestsPath = `${inSystemNamespace}/certificaterequests`;

/** Where cert-manager keeps the intermediate CA. */
export const issuedSecretPath = `/api/v1/namespaces/${systemNamespace}/secrets/${issuedIntermediateName}`;

/** Annotation by which cert-manager says of which Certificate a request or a Secret is. */
export const certificateNameAnnotation = "cert-manager.io/certificate-name";

const conditionSchema = z.object({
  type: z.string(),
  status: z.string(),
  reason: z.string().optional(),
  message: z.string().optional(),
  observedGeneration: z.number().optional(),
});

/** What an object says of how it is with it. */
export type Condition = z.output<typeof conditionSchema>;

const statusSchema = z
  .object({
    conditions: z.array(conditionSchema).optional(),
    notAfter: z.string().optional(),
  })
  .optional();

const metadataSchema = z.object({
  name: z.string(),
  generation: z.number().optional(),
  creationTimestamp: z.string().optional(),
  labels: z.record(z.string(), z.string()).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
});

const objectSchema = z.object({
  metadata: metadataSchema,
  spec: z
    .object({
      issuerRef: z.object({ name: z.string(), kind: z.string().optional(), group: z.string().optional() }).optional(),
    })
    .optional(),
  status: statusSchema,
});

/** A Certificate, a request of one, or an issuer, as far as it is looked at. */
export type CertManagerObject = z.output<typeof objectSchema>;

/** @returns Undefined where the answer is no such object. */
export function certManagerObject(body: string): CertManagerObject | undefined {
  return objectSchema.safeParse(readJson(body)).data;
}

/** The objects of a list; none where the answer is no list. */
export function certManagerObjects(body: string): readonly CertManagerObject[] {
  return z.object({ items: z.array(objectSchema) }).safeParse(readJson(body)).data?.items ?? [];
}

/** A condition of an object, by its type. */
export function conditionOf(object: CertManagerObject | undefined, type: string): Condition | undefined {
  return object?.status?.conditions?.find((condition) => condition.type === type);
}

/** An issuer in words, as `kubectl get` takes it: `clusterissuer.cert-manager.io/mesh-ca`. */
export function issuerWords({ group, kind, name }: IssuerRef): string {
  return `${kind.toLowerCase()}.${group}/${name}`;
}
