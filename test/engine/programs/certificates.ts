import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";

/** The parts of a small public key infrastructure that the tests vary. */
export interface CertificatesInput {
  readonly keyAlgorithm: string;
  readonly ecdsaCurve?: string;
  readonly rsaBits?: number;
  readonly root: Omit<tls.SelfSignedCertArgs, "privateKeyPem">;
  readonly request: Omit<tls.CertRequestArgs, "privateKeyPem">;
  readonly leaf: Omit<tls.LocallySignedCertArgs, "caPrivateKeyPem" | "caCertPem" | "certRequestPem">;
  /** A resource of a type that no provider has, to see it refused. */
  readonly unknownType?: string;
}

class UnknownResource extends pulumi.CustomResource {}

/** A root, a request and a certificate signed by the root: each of the tls resources, each feeding the next. */
export default function certificates(input: CertificatesInput): Record<string, unknown> {
  const { keyAlgorithm: algorithm, ecdsaCurve, rsaBits } = input;
  const parameters = { ...(ecdsaCurve && { ecdsaCurve }), ...(rsaBits && { rsaBits }) };
  const rootKey = new tls.PrivateKey("root-key", { algorithm, ...parameters });
  const leafKey = new tls.PrivateKey("leaf-key", { algorithm, ...parameters });
  const root = new tls.SelfSignedCert("root", { privateKeyPem: rootKey.privateKeyPem, ...input.root });
  const request = new tls.CertRequest("request", { privateKeyPem: leafKey.privateKeyPem, ...input.request });
  const leaf = new tls.LocallySignedCert("leaf", {
    caPrivateKeyPem: rootKey.privateKeyPem,
    caCertPem: root.certPem,
    certRequestPem: request.certRequestPem,
    ...input.leaf,
  });
  if (input.unknownType !== undefined) new UnknownResource(input.unknownType, "unknown", {});
  return { rootKey, leafKey, root, request, leaf };
}
