import { z } from "zod";

const text = z.string();
const texts = z.array(text);
const time = z.iso.datetime();

/** The form of a certificate. */
export const certificate = z.object({
  subject: text,
  fingerprint: text,
  notBefore: time,
  notAfter: time,
  subjectKeyId: text.optional(),
  signedBy: text.optional(),
});

const passages = z
  .array(z.object({ ports: z.array(z.object({ first: z.union([z.int(), text]), last: z.int().optional() })) }))
  .optional();

const podSelector = z.object({
  matchLabels: z.record(text, text).optional(),
  matchExpressions: z.array(z.object({ key: text, operator: text, values: texts.optional() })).optional(),
});

/** The form of who sends to which localities. */
export const distribution = z.array(z.object({ from: text, to: texts }));

/** The form of what stands around a mesh in a cluster. Bundles of former releases have none of it. */
export const surroundingsSchema = {
  dns: z
    .union([
      z.literal("none"),
      z.object({ deployments: z.array(z.object({ name: text, replicas: z.int() })), readyCount: z.int() }),
    ])
    .optional(),
  accountRights: z
    .array(z.object({ account: text, rights: z.array(z.object({ groups: texts, resources: texts, verbs: texts })) }))
    .optional(),
  networkPolicies: z
    .array(z.object({ namespace: text, name: text, podSelector, ingress: passages, egress: passages }))
    .optional(),
  services: z.array(z.object({ namespace: text, name: text, shape: text })).optional(),
  podsWithoutSidecar: z.array(z.object({ namespace: text, pod: text })).optional(),
  podNetworks: z.array(z.object({ namespace: text, pod: text, network: text })).optional(),
  proxyCertificates: z
    .array(
      z.object({
        namespace: text,
        pod: text,
        notAfter: time,
        chain: z.array(certificate),
        roots: z.array(certificate),
      }),
    )
    .optional(),
  localities: texts.optional(),
  otherIstiods: z.array(z.object({ namespace: text, name: text, revision: text })).optional(),
  pendingReleases: z.array(z.object({ name: text, since: text })).optional(),
  istiodEndpoints: z.array(z.object({ service: text, addresses: texts })).optional(),
};
