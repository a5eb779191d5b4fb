import { z } from "zod";
import { valuePath } from "../value-path";
import { worded } from "../wording";
import { label, oneOf, text } from "./primitives";
import { outputPath, stackName } from "./references";

/** What is to be done with a certificate or a key that stands where the name of a file belongs. */
function mendPem(value: string): string | undefined {
  if (value.includes("PRIVATE KEY-----")) {
    return "Take it out: who may read the stack's file has it now. Write another key into a file that is not checked in, and the file's path here, or keep it with `pulumi config set --secret`, and name it as `configSecret`.";
  }
  return value.includes("-----BEGIN") ? "Write it into a file, and the file's path here." : undefined;
}

function pemFile(what: string, example: string): z.ZodString {
  return text(`the path of ${what}`, example, mendPem);
}

/** A file with roots. */
export const rootsFile = pemFile("a PEM file with certificates of root CAs", "./trust/roots.pem");

/** A file with revocation lists. */
export const revocationsFile = pemFile("a PEM file with revocation lists", "./trust/revocations.pem");

/** Where the intermediate CA of one istiod comes from. */
const intermediateSchema = worded(
  z.union([
    z.strictObject({
      directory: text("the path of a directory", "./trust/east").describe(
        "Directory with the files of an intermediate CA, relative to the project: `ca-cert.pem`, `ca-key.pem`, `cert-chain.pem` and `root-cert.pem`, as Istio's makefiles and `isthmus trust` write them, or `tls.crt`, `tls.key` and `ca.crt`.",
      ),
    }),
    z.strictObject({
      certificate: pemFile("a PEM file with a certificate", "./trust/east.pem").describe(
        "PEM file with its certificate, and after it those between it and the root, relative to the project.",
      ),
      key: pemFile("a PEM file with a private key", "./trust/east-key.pem")
        .optional()
        .describe(
          "PEM file with its private key, relative to the project: PKCS#8, PKCS#1 or SEC1, not encrypted. With `offline` there is none: the stack has it.",
        ),
    }),
    z.strictObject({
      configSecret: worded(z.string().regex(valuePath), {
        expected: "the key of a secret in the stack's configuration, without `isthmus:`",
        example: "intermediates.east",
        mend: (value) => (value.startsWith("isthmus:") ? "Take out `isthmus:`." : mendPem(value)),
      }).describe(
        "Key of a secret in the stack's configuration: PEM text with the certificates and the key, or a mapping of what a `directory` has by the same names. `intermediates.east` is what `pulumi config set --secret --path isthmus:intermediates.east` sets.",
      ),
    }),
    z.strictObject({
      stack: stackName.describe(
        "Another stack, of the same backend, that has it among its outputs: its name for one of this project, else `organization/project/stack`.",
      ),
      output: outputPath("intermediates.east").describe(
        "Output of that stack: PEM text with the certificates and the key, or a mapping of what a `directory` has by the same names.",
      ),
    }),
    z.strictObject({
      existingSecret: oneOf(["cacerts"]).describe(
        "The Secret `cacerts` that is in the cluster's `istio-system` already, and that somebody else keeps there and renews, cert-manager or an operator of a vault for one: in Istio's form or as kubernetes.io/tls. Its key never comes near this stack.",
      ),
    }),
  ]),
  {
    expected:
      "one of `directory`, `certificate` with `key`, `configSecret`, `stack` with `output`, and `existingSecret`",
    example: "{ directory: ./trust/east }",
  },
);

/** Where intermediate CAs come from, by the name of the cluster whose istiod signs with them. */
export const intermediatesSchema = worded(z.record(label("east"), intermediateSchema), {
  expected: "a mapping of intermediate CAs by the name of the cluster whose istiod signs with them",
  example: "{ east: { directory: ./trust/east } }",
});

/** Where the intermediate CA of one istiod comes from, as the user wrote it. */
export type IntermediateSource = z.output<typeof intermediateSchema>;
