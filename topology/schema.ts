import { z } from "zod";
import { nearest } from "./suggest";
import { mendDnsLabel, worded } from "./wording";

/** RFC 1123 label: what Kubernetes accepts as a name, and Istio as a cluster's name (`istioctl create-remote-secret`). */
const dnsLabel = z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);

function label(example: string): typeof dnsLabel {
  return worded(dnsLabel.clone(), {
    expected:
      "a DNS label (lower-case letters, digits and '-', beginning and ending with a letter or digit, at most 63 characters)",
    example,
    mend: mendDnsLabel,
  });
}

function text(expected: string, example: string): z.ZodString {
  return worded(z.string().regex(/^\S(.*\S)?$/), { expected, example, mend: mendSpaces });
}

function days(least: number, most: number, example: string): z.ZodInt {
  return worded(z.int().min(least).max(most), { expected: `a whole number of days from ${least} to ${most}`, example });
}

function oneOf<const Value extends string>(values: readonly [Value, ...Value[]]): z.ZodEnum<z.core.util.ToEnum<Value>> {
  return worded(z.enum(values), {
    expected: values.map((value) => `\`${value}\``).join(" or "),
    example: values[0],
    mend: (value) => {
      const meant = nearest(value, values);
      return meant === undefined ? undefined : `Did you mean \`${meant}\`?`;
    },
  });
}

function mendSpaces(value: string): string | undefined {
  if (value.includes("\n")) return "Write it on one line.";
  return value.trim() === value ? undefined : "Take out the spaces around it.";
}

const kubeconfigFile = text("the path of a kubeconfig file", "~/.kube/config");

const accessSchema = worded(
  z.strictObject({
    context: text("the name of a kubeconfig context", "my-context").describe(
      "Name of the kubeconfig context by which this program reaches the cluster.",
    ),
    kubeconfig: kubeconfigFile
      .optional()
      .describe("Kubeconfig file that holds the context, relative to the project. Default: the mesh's `kubeconfig`."),
  }),
  { expected: "a mapping with the kubeconfig context of the cluster", example: "{ context: my-context }" },
).describe("How this program reaches the cluster.");

const clusterSchema = worded(
  z.strictObject({
    network: label("network1").describe(
      "Network of the cluster's pods. Clusters on one network reach each other's pods directly; clusters on different networks go through east-west gateways.",
    ),
    access: accessSchema,
  }),
  { expected: "a mapping that describes a cluster", example: "{ network: network1, access: { context: my-context } }" },
).describe("A cluster of the mesh. Its key is its name in the mesh: `CLUSTER_ID` in Istio's terms.");

const repository = worded(
  z
    .string()
    .regex(/^https?:\/\/[^\s/?#]+\S*$/)
    .refine((value) => URL.canParse(value)),
  {
    expected: "the http or https URL of a Helm chart repository",
    example: "https://blob.istio.io/istio-release/charts",
    mend: (value) => {
      if (/^oci:/i.test(value))
        return "Isthmus does not read OCI registries: name an https repository, or put the charts into a folder and name it as `directory`.";
      return /^[./~]/.test(value) ? "For charts in a folder write `directory` instead of `repository`." : undefined;
    },
  },
);

const chartsSchema = worded(
  z.union([
    z.strictObject({
      repository: repository.describe("Helm chart repository with the charts `base`, `istiod` and `gateway`."),
    }),
    z.strictObject({
      directory: text("the path of a folder", "./charts").describe(
        "Directory with the folders `base`, `istiod` and `gateway`, relative to the project.",
      ),
    }),
  ]),
  {
    expected: "either `repository` or `directory`",
    example: "{ repository: https://blob.istio.io/istio-release/charts }",
  },
).describe(
  "Where Istio's charts come from. Default: Istio's public chart repository, https://blob.istio.io/istio-release/charts.",
);

function helmValues(chart: string): z.ZodRecord<z.ZodString, z.ZodUnknown> {
  return worded(
    z.record(worded(z.string(), { expected: "the name of a Helm value", example: "resources" }), z.unknown()),
    {
      expected: `a mapping with Helm values of the ${chart} chart`,
      example: "{}",
    },
  );
}

const istioSchema = worded(
  z.strictObject({
    version: worded(z.string().regex(/^\d+\.\d+\.\d+([-+][0-9A-Za-z.+-]+)?$/), {
      expected: "a full version such as 1.31.1",
      example: "1.31.1",
      mend: (value) => {
        if (/^v\d/.test(value)) return "Take out the leading `v`.";
        return /^\d+(\.\d+)?$/.test(value) ? "Name the patch release too, such as 1.31.1." : undefined;
      },
    }).describe("Istio's version, 1.30.4 or later: the version of its charts and the tag of its images."),
    charts: chartsSchema.optional(),
    hub: text("an image registry and path", "docker.io/istio")
      .default("docker.io/istio")
      .describe(
        "Registry and path of Istio's images. Default: docker.io/istio, the one that stays when the older hubs are switched off in December 2026.",
      ),
    tag: text("an image tag", "1.31.1")
      .optional()
      .describe("Tag of Istio's images. Default: the version, as Istio publishes them."),
    values: worded(
      z.strictObject({
        base: helmValues("base").optional().describe("Extra values of the `base` chart. Default: none."),
        istiod: helmValues("istiod").optional().describe("Extra values of the `istiod` chart. Default: none."),
        gateway: helmValues("gateway")
          .optional()
          .describe("Extra values of the `gateway` chart, which makes the east-west gateways. Default: none."),
      }),
      { expected: "a mapping with the keys base, istiod, gateway", example: "{}" },
    )
      .default({})
      .describe(
        "Extra Helm values for each chart, merged over what Isthmus derives. What Isthmus itself must decide is refused. Default: none.",
      ),
  }),
  { expected: "a mapping that says which Istio to install", example: "{ version: 1.31.1 }" },
).describe("Which Istio is installed, and where from.");

const trustSchema = worded(
  z.strictObject({
    root: oneOf(["generated"])
      .default("generated")
      .describe(
        "Where the mesh's root CA comes from. `generated`, the default and so far the only source: made by this program and kept, encrypted, in the stack's state.",
      ),
    keyAlgorithm: oneOf(["ecdsa-p256", "rsa-4096"])
      .default("ecdsa-p256")
      .describe(
        "Keys of the root and the intermediates. Default: ecdsa-p256, which is made and verified in a fraction of RSA's time; rsa-4096 is what Istio's sample makefiles use. The root's counts when the root is made; a later change is ignored there.",
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

const sampleSchema = worded(
  z.strictObject({
    hub: text("an image registry and path", "docker.io/istio")
      .optional()
      .describe("Registry and path of the image `examples-helloworld-v1`. Default: that of Istio's images."),
    clientImage: text("an image", "docker.io/curlimages/curl:8.16.0")
      .default("docker.io/curlimages/curl:8.16.0")
      .describe("Image with `curl` and `sleep`, which makes the calls. Default: docker.io/curlimages/curl:8.16.0."),
  }),
  { expected: "a mapping with the keys hub, clientImage", example: "{ hub: docker.io/istio }" },
).describe("The sample application by which `isthmus verify` tries the mesh.");

/** What the user writes under `isthmus:mesh`. */
export const meshSchema = worded(
  z.strictObject({
    id: label("mesh1").describe("The mesh's id: `meshID` in Istio's terms."),
    trustDomain: worded(
      z.string().regex(/^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/),
      {
        expected: "a SPIFFE trust domain (DNS labels joined by dots, at most 253 characters)",
        example: "mesh1.internal",
        mend: (value) => (value.startsWith("spiffe://") ? "Take out `spiffe://`." : undefined),
      },
    )
      .optional()
      .describe(
        "SPIFFE trust domain of every identity in the mesh. Default: `<id>.internal`, not `cluster.local`: two meshes that share a trust domain can never be told apart.",
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
