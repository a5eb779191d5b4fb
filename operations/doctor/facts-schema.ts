import { z } from "zod";

const text = z.string();
const texts = z.array(text);
const labels = z.record(text, text);

const gateway = z.object({
  type: z.enum(["LoadBalancer", "NodePort"]),
  addresses: texts.optional(),
  port: z.int(),
  service: text.optional(),
});

const sameness = z.enum(["shared", "cluster-local"]);

/** The form of what the configuration says of a mesh. */
export const mesh = z.object({
  id: text,
  replacesId: text.optional(),
  istioVersion: text.optional(),
  origin: z.enum(["file", "clusters"]).optional(),
  sites: texts,
  mayBeAway: texts.optional(),
  sameness: z.object({ plainServices: sameness, exceptions: z.array(z.object({ name: text, sameness })) }).optional(),
  clusters: z.array(
    z.object({
      name: text,
      network: text,
      controlPlane: text,
      configCluster: text,
      reaches: texts,
      replaces: text.optional(),
      eastWestGateway: gateway.optional(),
    }),
  ),
  controlPlanes: z.array(
    z.object({
      name: text,
      kind: z.enum(["primary", "external"]),
      clusterDomain: text.optional(),
      configCluster: text,
      serves: texts,
      reads: texts,
      exposed: z.object({ address: text.optional() }).optional(),
    }),
  ),
  namespaces: z.array(z.object({ name: text, labels, clusters: texts })),
  accepted: z
    .array(z.object({ finding: text, clusters: texts.optional(), reason: text, until: z.iso.date().optional() }))
    .optional(),
});
