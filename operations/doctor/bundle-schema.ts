import { z } from "zod";
import { mesh } from "./facts-schema";
import { policies } from "./policies-schema";
import { certificate, distribution, surroundingsSchema } from "./surroundings-schema";

/** What a bundle says of itself. */
export const bundleSchema = z.object({ format: z.string(), version: z.int(), snapshot: z.unknown() });

const text = z.string();
const texts = z.array(text);
const labels = z.record(text, text);
const time = z.iso.datetime();

const metadata = z
  .object({
    name: text.optional(),
    namespace: text.optional(),
    uid: text.optional(),
    labels: labels.optional(),
    annotations: labels.optional(),
    ownerReferences: z.array(z.object({ kind: text, name: text, uid: text })).optional(),
    creationTimestamp: text.optional(),
    deletionTimestamp: text.optional(),
  })
  .optional();

const condition = z.object({ type: text, status: text, reason: text.optional(), message: text.optional() });
const conditions = z.array(condition).optional();
const terminated = z.object({ exitCode: z.int(), reason: text.optional(), message: text.optional() }).optional();

const containerStatus = z.object({
  name: text,
  image: text.optional(),
  ready: z.boolean().optional(),
  restartCount: z.int().optional(),
  state: z
    .object({
      waiting: z.object({ reason: text.optional(), message: text.optional() }).optional(),
      running: z.object({}).optional(),
      terminated,
    })
    .optional(),
  lastState: z.object({ terminated }).optional(),
});

const replicas = z.object({ replicas: z.int().optional() }).optional();

const system = z.object({
  cluster: text,
  namespace: text,
  deployments: z.array(z.object({ metadata, spec: replicas, status: z.object({ conditions }).optional() })),
  replicaSets: z.array(
    z.object({
      metadata,
      spec: replicas,
      status: z.object({ replicas: z.int().optional(), readyReplicas: z.int().optional(), conditions }).optional(),
    }),
  ),
  pods: z.array(
    z.object({
      metadata,
      spec: z.object({ containers: z.array(z.object({ name: text, image: text.optional() })).optional() }).optional(),
      status: z
        .object({
          phase: text.optional(),
          conditions,
          initContainerStatuses: z.array(containerStatus).optional(),
          containerStatuses: z.array(containerStatus).optional(),
        })
        .optional(),
    }),
  ),
  services: z.array(
    z.object({
      metadata,
      spec: z
        .object({
          type: text.optional(),
          selector: labels.optional(),
          ports: z
            .array(
              z.object({
                port: z.int(),
                protocol: text.optional(),
                targetPort: z.union([z.int(), text]).optional(),
              }),
            )
            .optional(),
        })
        .optional(),
      status: z
        .object({ loadBalancer: z.object({ ingress: z.array(z.looseObject({})).optional() }).optional() })
        .optional(),
    }),
  ),
  events: z.array(
    z.object({
      type: text.optional(),
      reason: text.optional(),
      message: text.optional(),
      involvedObject: z.object({ kind: text.optional(), name: text.optional(), uid: text.optional() }).optional(),
      lastTimestamp: text.nullable().optional(),
      eventTime: text.nullable().optional(),
    }),
  ),
  lastLines: labels,
});

const remoteKubeconfig = z.object({
  secret: text,
  isLabelled: z.boolean(),
  key: text,
  defect: text.optional(),
  server: text.optional(),
  authorities: texts.optional(),
  token: text.optional(),
  accountNamespace: text.optional(),
  tokenEndsAt: time.optional(),
});

const webhook = z.object({
  kind: z.enum(["injector", "validator"]),
  configuration: text,
  name: text,
  failurePolicy: text,
  service: z.object({ namespace: text, name: text }).optional(),
  namespaces: texts.optional(),
  authorities: texts,
});

const meshConfig = {
  meshId: text.optional(),
  trustDomain: text.optional(),
  trustDomainAliases: texts.optional(),
  distribute: distribution.optional(),
};

const istiod = z.object({
  pod: text,
  remotes: z.array(z.object({ id: text, secretName: text.optional(), syncStatus: text })).optional(),
  lines: z.record(text, texts),
  rejects: z.array(z.object({ proxy: text, cluster: text, part: text, error: text })).optional(),
  proxyVersions: z.record(text, texts).optional(),
});

/** The form of a snapshot: a bundle may come from anywhere. What it has beside is left out. */
export const snapshotSchema = z.object({
  takenAt: time,
  mesh,
  clusters: z.array(
    z.object({
      cluster: text,
      trouble: z.object({ expected: text, found: text, fix: text }).optional(),
      unread: z.array(z.object({ what: text, reason: text })),
      apiServer: z.object({ server: text, authorities: texts.optional() }).optional(),
      clockAheadMs: z.int().optional(),
      system: system.optional(),
      namespaces: z.array(z.object({ name: text, labels })).optional(),
      membership: z.object({ mesh: text, cluster: text.optional() }).optional(),
      webhooks: z.array(webhook).optional(),
      meshConfig: z.union([z.literal("none"), z.object(meshConfig)]).optional(),
      revisionMeshConfigs: z.array(z.object({ ...meshConfig, revision: text })).optional(),
      publishedRoots: z.array(certificate).optional(),
      authority: z
        .union([
          z.literal("none"),
          z.object({
            secret: text,
            missing: texts,
            keyFits: z.boolean().optional(),
            chain: z.array(certificate),
            roots: z.array(certificate),
          }),
        ])
        .optional(),
      remoteKubeconfigs: z.array(remoteKubeconfig).optional(),
      accountTokens: z
        .array(z.object({ secret: text, account: text, token: text.optional(), authorities: texts }))
        .optional(),
      policies: policies.optional(),
      istiods: z.array(istiod).optional(),
      ...surroundingsSchema,
    }),
  ),
});
