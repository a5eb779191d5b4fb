import { z } from "zod";
import { worded } from "../wording";
import { accessSchema, apiServerSchema, ifUnreachableSchema } from "./access";
import { imagePullSecrets } from "./images";
import { label, listOf, range } from "./primitives";
import { readerTokensSchema } from "./reader-tokens";
import { eastWestGatewaySchema, exposedIstiodSchema } from "./services";
import { chartValuesSchema, externalValuesSchema } from "./values";

const ranges = listOf(range("10.1.0.0/16"), "a list of address ranges", '["10.1.0.0/16"]');

const rangesSchema = worded(
  z.strictObject({
    pods: ranges.optional().describe("Ranges of the pods' addresses. Default: those that the cluster's nodes say."),
    services: ranges
      .optional()
      .describe("Ranges of the Services' addresses. Default: those that the cluster says (Kubernetes 1.33 and later)."),
  }),
  { expected: "a mapping with the keys pods, services", example: "{ pods: [10.1.0.0/16], services: [10.101.0.0/16] }" },
).describe("Address ranges of the cluster. Those of clusters on one network must not overlap.");

/** Clusters whose API servers a control plane reads. */
const peersSchema = worded(z.array(label("west")), { expected: "a list of clusters", example: "[west]" })
  .optional()
  .describe(
    "Clusters that this control plane reads, beside those that it serves: its workloads call services there. Default: all clusters of the mesh.",
  );

/** Of a cluster that has a registry, or a mirror, of its own. */
const ownPullSecretsSchema = imagePullSecrets()
  .optional()
  .describe(
    "Names of the Secrets, in this cluster's `istio-system`, by which Istio's images are pulled here, in place of those of `istio.imagePullSecrets`. Pods get those of the istiod that injects into them too. Default: those of `istio.imagePullSecrets`.",
  );

export const clusterSchema = worded(
  z.strictObject({
    network: label("network1").describe(
      "Network of the cluster's pods. Clusters on one network reach each other's pods directly; clusters on different networks go through east-west gateways.",
    ),
    controlPlane: label("west")
      .optional()
      .describe(
        "The cluster whose istiod serves this one's workloads: another cluster of the mesh, or one of `externalControlPlanes`. Default: the cluster's own.",
      ),
    access: accessSchema,
    apiServer: apiServerSchema.optional(),
    ranges: rangesSchema.optional(),
    peers: peersSchema,
    eastWestGateway: eastWestGatewaySchema.prefault({}),
    exposedIstiod: exposedIstiodSchema.prefault({}),
    readerTokens: readerTokensSchema.prefault({}),
    imagePullSecrets: ownPullSecretsSchema,
    values: chartValuesSchema
      .default({})
      .describe("Extra Helm values for this cluster alone, merged over those of `istio.values`. Default: none."),
    ifUnreachable: ifUnreachableSchema,
    replaces: label("old-east")
      .optional()
      .describe(
        "Former name of the cluster, which confirms that it is renamed: its workloads must be restarted then. Default: none.",
      ),
  }),
  { expected: "a mapping that describes a cluster", example: "{ network: network1, access: { context: my-context } }" },
).describe("A cluster of the mesh. Its key is its name in the mesh: `CLUSTER_ID` in Istio's terms.");

export const externalControlPlaneSchema = worded(
  z.strictObject({
    access: accessSchema,
    configCluster: label("east")
      .optional()
      .describe(
        "The cluster, of those that this control plane serves, that holds the mesh's configuration. Default: the first by name; name it before a cluster with an earlier name joins.",
      ),
    peers: peersSchema,
    exposedIstiod: exposedIstiodSchema.prefault({}),
    imagePullSecrets: ownPullSecretsSchema,
    values: externalValuesSchema
      .default({})
      .describe("Extra Helm values for this control plane alone, merged over those of `istio.values`. Default: none."),
    ifUnreachable: ifUnreachableSchema,
  }),
  { expected: "a mapping that describes an external control plane", example: "{ access: { context: my-context } }" },
).describe(
  "A cluster that runs istiod for clusters of the mesh and is itself no part of it. Its key is the name that clusters give as `controlPlane`.",
);
