import { z } from "zod";
import { worded } from "../wording";
import { address, oneOf, text } from "./primitives";

export const kubeconfigFile = text("the path of a kubeconfig file", "~/.kube/config");

export const accessSchema = worded(
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
        "PEM file with the authority of the certificate that the other clusters meet, relative to the project: a proxy before the API server may have one of its own. Default: the kubeconfig's.",
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
    "What an update does when the cluster's API server cannot be reached. `fail`: nothing is begun when the cluster is new to the mesh; a cluster that belongs to it is left as it is, the others are brought up to date, and the update ends as failed. `skip`: in both cases the others are brought up to date, with a warning. The next update catches up. Default: fail, so that nobody takes half a mesh for a whole one.",
  );
