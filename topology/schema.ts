import { z } from "zod";

/** RFC 1123 label: what Kubernetes accepts as a name, and Istio as a cluster's name (`istioctl create-remote-secret`). */
const dnsLabel = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, "a DNS label: lower-case letters, digits and '-', at most 63 characters");

const helmValues = z.record(z.string(), z.unknown());

const accessSchema = z
  .strictObject({
    context: z.string().min(1).describe("Name of the kubeconfig context by which this program reaches the cluster."),
    kubeconfig: z
      .string()
      .min(1)
      .optional()
      .describe("Kubeconfig file that holds the context. Default: the mesh's `kubeconfig`, else `KUBECONFIG`, else `~/.kube/config`, as kubectl has it."),
  })
  .describe("How this program reaches the cluster.");

const clusterSchema = z
  .strictObject({
    network: dnsLabel.describe(
      "Clusters on one network reach each other's pods directly; clusters on different networks go through east-west gateways.",
    ),
    access: accessSchema,
  })
  .describe("A cluster of the mesh. Its key is its name in the mesh: `CLUSTER_ID` in Istio's terms.");

const chartsSchema = z
  .union([
    z.strictObject({ repository: z.url().describe("Helm chart repository.") }),
    z.strictObject({ directory: z.string().min(1).describe("Directory with the folders `base`, `istiod` and `gateway`, relative to the project.") }),
  ])
  .describe("Where Istio's charts come from. Default: Istio's public chart repository, https://blob.istio.io/istio-release/charts.");

const istioSchema = z
  .strictObject({
    version: z
      .string()
      .regex(/^\d+\.\d+\.\d+([-+].+)?$/, "a version such as 1.31.1")
      .describe("Istio's version, which is also the version of its charts and the tag of its images."),
    charts: chartsSchema.optional(),
    hub: z.string().min(1).default("docker.io/istio").describe("Image registry and path. Default: docker.io/istio, the one that stays when the older hubs are switched off in December 2026."),
    tag: z.string().min(1).optional().describe("Image tag. Default: the version."),
    values: z
      .strictObject({ base: helmValues.optional(), istiod: helmValues.optional(), gateway: helmValues.optional() })
      .default({})
      .describe("Extra Helm values for each chart, merged over what Isthmus derives."),
  })
  .describe("Which Istio is installed, and where from.");

const trustSchema = z
  .strictObject({
    root: z.literal("generated").default("generated").describe("Where the mesh's root CA comes from. `generated`: made by this program and kept, encrypted, in the stack's state."),
    rootLifetimeDays: z.int().min(2).max(3650).default(1825).describe("Lifetime of the root certificate, in days. Default: 1825, five years, half of what Istio's sample makefiles use."),
    intermediateLifetimeDays: z.int().min(1).max(3650).default(365).describe("Lifetime of each cluster's intermediate certificate, in days. Default: 365, so that renewing is practised yearly."),
    renewBeforeDays: z.int().min(0).max(3649).default(90).describe("An intermediate that expires within so many days is renewed by the next `pulumi up`. Default: 90."),
  })
  .describe("The certificate authorities of the mesh.");

/** What the user writes under `isthmus:mesh`. */
export const meshSchema = z
  .strictObject({
    id: dnsLabel.describe("The mesh's id: `meshID` in Istio's terms."),
    trustDomain: z
      .string()
      .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, "a SPIFFE trust domain: lower-case letters, digits, '-' and '.'")
      .optional()
      .describe("SPIFFE trust domain of every identity in the mesh. Default: `<id>.internal`, not `cluster.local`: two meshes that share a trust domain can never be told apart."),
    kubeconfig: z.string().min(1).optional().describe("Kubeconfig file that holds the clusters' contexts, relative to the project. Default: `KUBECONFIG`, else `~/.kube/config`."),
    istio: istioSchema,
    trust: trustSchema.prefault({}),
    clusters: z.record(dnsLabel, clusterSchema).describe("The clusters of the mesh, by name."),
  })
  .describe("An Istio mesh over one or more Kubernetes clusters.");

/** The configuration as a user writes it: what has a default may be left out. */
export type MeshConfig = z.input<typeof meshSchema>;

/** The configuration with every default filled in. */
export type Mesh = z.output<typeof meshSchema>;
