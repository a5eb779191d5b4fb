import { z } from "zod";
import { valuePath } from "../value-path";
import { worded } from "../wording";
import { address, oneOf, text } from "./primitives";
import { outputPath, stackName } from "./references";

/** What is to be done with a kubeconfig that stands where the name of one belongs. */
const keepElsewhere =
  "Keep it as a secret under a key of its own, `pulumi config set --secret isthmus:eastKubeconfig` for one, and name that key as `kubeconfigSecret`.";

function mendName(value: string): string | undefined {
  return /\n|\bapiVersion\b|^\s*\{/.test(value) ? keepElsewhere : undefined;
}

export const kubeconfigFile = text("the path of a kubeconfig file", "~/.kube/config", mendName, keepElsewhere);

const context = text("the name of a kubeconfig context", "my-context");

const secretKey = worded(z.string().regex(valuePath), {
  expected: "the key of a secret in the stack's configuration, without `isthmus:`",
  example: "eastKubeconfig",
  mend: (value) => (value.startsWith("isthmus:") ? "Take out `isthmus:`." : mendName(value)),
  mendEncrypted: keepElsewhere,
});

const aboutContext =
  "Name of the kubeconfig context by which this program reaches the cluster. Beside `kubeconfigSecret` or `output` it may be left out where that kubeconfig says its current context.";

export const accessSchema = worded(
  z.union([
    z.strictObject({
      context: context.describe(aboutContext),
      kubeconfig: kubeconfigFile
        .optional()
        .describe("Kubeconfig file that holds the context, relative to the project. Default: the mesh's `kubeconfig`."),
    }),
    z.strictObject({
      kubeconfigSecret: secretKey.describe(
        "Key, in the stack's configuration, of a secret that is a kubeconfig: `eastKubeconfig` for what `pulumi config set --secret isthmus:eastKubeconfig` sets, `kubeconfigs.east` for what it sets with `--path`.",
      ),
      context: context.optional().describe(aboutContext),
    }),
    z.strictObject({
      stack: stackName.describe(
        "Another stack, of the same backend, that has the kubeconfig among its outputs: its name for one of this project, else `organization/project/stack`.",
      ),
      output: outputPath("kubeconfigs.east").describe(
        "Output of that stack that is a kubeconfig, as text or as a mapping: `kubeconfig`, or `kubeconfigs.east`.",
      ),
      context: context.optional().describe(aboutContext),
    }),
  ]),
  {
    expected: "one of `context`, `kubeconfigSecret`, and `stack` with `output`",
    example: "{ context: my-context }",
  },
).describe("How this program reaches the cluster.");

const pemFile = text("the path of a PEM file", "./east-ca.pem", (value) =>
  value.includes("-----BEGIN") ? "Write it into a file, and the file's path here." : undefined,
);

function mendUrl(value: string): string | undefined {
  if (/^http:/i.test(value)) return "Write `https`: a token goes over this connection.";
  if (/^[a-z]+:\/\/[^/?#]*@/i.test(value)) {
    return "Take out the user and what follows: Isthmus makes credentials of its own for the other clusters.";
  }
  if (/^https:/i.test(value)) return /[?#]/.test(value) ? "Take out what follows the path." : undefined;
  return /^[\w.-]+(:\d+)?$/.test(value) ? "Begin with `https://`." : undefined;
}

export const apiServerSchema = worded(
  z.strictObject({
    url: worded(
      z
        .string()
        .regex(/^https:\/\/[^\s/?#@]+(\/[^\s?#]*)?$/)
        .refine((value) => URL.canParse(value)),
      {
        expected: "the https URL of an API server, without credentials",
        example: "https://api.east.example.org:6443",
        mend: mendUrl,
      },
    )
      .optional()
      .describe("URL of the API server as the other clusters reach it. Default: the kubeconfig's server."),
    tlsServerName: address("kubernetes.default.svc")
      .optional()
      .describe(
        "Name that the API server's certificate must have, where it is reached under another. Default: the kubeconfig's `tls-server-name`, else the URL's host.",
      ),
    certificateAuthority: pemFile
      .optional()
      .describe(
        "PEM file with the authority of the certificate that the other clusters meet, relative to the project: a proxy before the API server may have one of its own, and a kubeconfig without an authority one that only this machine trusts. Default: the kubeconfig's, else the cluster's own.",
      ),
  }),
  {
    expected: "a mapping with the keys url, tlsServerName, certificateAuthority",
    example: "{ url: https://api.east.example.org:6443 }",
  },
).describe("The cluster's API server as the other clusters reach it, where that differs from how this program does.");

export const ifUnreachableSchema = oneOf(["fail", "skip"])
  .default("fail")
  .describe(
    "What an update does when the cluster's API server cannot be reached. `fail`: nothing is begun when the cluster is new to the mesh; a cluster that belongs to it (and then also one that does not accept the credentials) is left as it is, the others are brought up to date, and the update ends as failed. `skip`: in both cases the others are brought up to date, with a warning. The next update catches up. Default: fail, so that nobody takes half a mesh for a whole one.",
  );
