import { z } from "zod";
import { worded } from "../wording";
import { acceptedSchema } from "./accepted";
import { kubeconfigFile } from "./access";
import { clusterSchema, externalControlPlaneSchema } from "./cluster";
import { globalServicesSchema } from "./global-services";
import { istioSchema } from "./istio";
import { machinesSchema } from "./machines";
import { namespacesSchema } from "./namespaces";
import { label, oneOf } from "./primitives";
import { meshReaderTokensSchema } from "./reader-tokens";
import { samenessSchema } from "./sameness";
import { sampleSchema } from "./sample";
import { trustSchema } from "./trust";

const trustDomain = worded(
  z.string().regex(/^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/),
  {
    expected: "a SPIFFE trust domain (DNS labels joined by dots, at most 253 characters)",
    example: "mesh1.internal",
    mend: (value) => (value.startsWith("spiffe://") ? "Take out `spiffe://`." : undefined),
  },
);

/** What the user writes under `isthmus:mesh`. */
export const meshSchema = worded(
  z.strictObject({
    id: label("mesh1").describe("The mesh's id: `meshID` in Istio's terms."),
    trustDomain: trustDomain
      .optional()
      .describe(
        "SPIFFE trust domain of every identity in the mesh. Default: `<id>.internal`, not `cluster.local`: two meshes that share a trust domain can never be told apart.",
      ),
    replaces: worded(
      z.strictObject({
        id: label("mesh1").optional().describe("The mesh's former id. Default: none."),
        trustDomain: trustDomain.optional().describe("The mesh's former trust domain. Default: none."),
      }),
      { expected: "a mapping with the keys id, trustDomain", example: "{ trustDomain: mesh1.internal }" },
    )
      .optional()
      .describe(
        "What a standing mesh was called before. Changing its id or trust domain gives every workload a new identity, so a change counts only when the former value stands here.",
      ),
    kubeconfig: kubeconfigFile
      .optional()
      .describe(
        "Kubeconfig file that holds the clusters' contexts, relative to the project. Default: `KUBECONFIG`, else `~/.kube/config`, as kubectl has it.",
      ),
    istio: istioSchema,
    trust: trustSchema.prefault({}),
    sample: sampleSchema.prefault({}),
    clusters: worded(z.record(label("east"), clusterSchema), {
      expected: "a mapping of clusters by name",
      example: "{ east: { network: network1, access: { context: my-context } } }",
    }).describe("The clusters of the mesh, by name."),
    externalControlPlanes: worded(z.record(label("control"), externalControlPlaneSchema), {
      expected: "a mapping of external control planes by name",
      example: "{ control: { access: { context: my-context } } }",
    })
      .default({})
      .describe("Clusters that run istiod for clusters of the mesh and are no part of it. Default: none."),
    mtls: oneOf(["strict", "permissive"])
      .optional()
      .describe(
        "How the workloads of the mesh take calls: `strict`: by mutual TLS alone, so that nobody without a certificate of the mesh reaches them; `permissive`: in plain text too. A namespace may have its own (`namespaces.<name>.mtls`). Default: strict for a mesh that is made now; one that stands keeps what its last update said (output `mesh.mtls`), and one of a release that knew no such setting has nothing, which Istio takes for permissive.",
      ),
    readerTokens: meshReaderTokensSchema.prefault({}),
    namespaces: namespacesSchema,
    sameness: samenessSchema.prefault({}),
    globalServices: globalServicesSchema.prefault({}),
    machines: machinesSchema,
    accepted: acceptedSchema,
    stacks: oneOf(["one", "per-cluster"])
      .default("one")
      .describe(
        "How the mesh is cut into Pulumi stacks. `one`: all of it is in the stack that this file configures. `per-cluster`: the root CA is in `<stack>.trust` and every cluster in `<stack>.<cluster>`, so that a change of one cluster touches no other's state. `isthmus state move` goes from one to the other without touching the clusters. Default: one, which a single `pulumi up` brings up; it is fine to some twenty clusters.",
      ),
  }),
  {
    expected: "a mapping that describes the mesh",
    example: "{ id: mesh1, istio: { version: 1.31.1 }, clusters: { … } }",
  },
).describe("An Istio mesh over one or more Kubernetes clusters.");

/** The configuration as a user writes it: what has a default may be left out. */
export type MeshConfig = z.input<typeof meshSchema>;

/** The configuration with every default filled in. */
export type Mesh = z.output<typeof meshSchema>;
