import * as pulumi from "@pulumi/pulumi";
import type { IssuerRef } from "../../topology";
import { fingerprintOf, notAfterOf } from "../internal/certificates";
import { rootOutputs, type RootOutputs } from "../internal/roots";

/** The intermediate CA of an istiod: one that the mesh gives it, or one that it is given by somebody else. */
export type Intermediate = HandedIntermediate | ExistingIntermediate | CertManagerIntermediate;

/** The intermediate CA that the mesh gives an istiod, wherever it was signed. */
export interface HandedIntermediate {
  /** Certificate, PEM, and after it those between it and the root. Public. */
  readonly certificatePem: pulumi.Output<string>;
  /** Private key, PEM. Secret. */
  readonly privateKeyPem: pulumi.Output<string>;
  /** End of its validity, RFC 3339. */
  readonly notAfter: pulumi.Output<string>;
}

/** The intermediate CA of an istiod that somebody else keeps in its cluster, and renews. */
export interface ExistingIntermediate {
  /** Name of the Secret in `istio-system` that it is in, which istiod reads. */
  readonly existingSecret: "cacerts";
  /** End of its validity, RFC 3339, where it is known. */
  readonly notAfter?: pulumi.Input<string>;
}

/** The intermediate CA of an istiod that cert-manager issues in its cluster, by a Certificate that is made there. */
export interface CertManagerIntermediate {
  readonly issuerRef: IssuerRef;
}

/** What a {@link Trust} says of an intermediate CA. */
export interface IntermediateArgs {
  /** Its certificate, PEM, and after it those between it and the root, each followed by its issuer's. Public. */
  readonly certificatePem: pulumi.Input<string>;
  /** Its private key, PEM. It is kept as a secret, whether it comes as one or not. */
  readonly privateKeyPem: pulumi.Input<string>;
  /** End of its validity, RFC 3339. Default: what the certificate says. */
  readonly notAfter?: pulumi.Input<string>;
}

/** A root that the mesh's file calls by a name. */
export interface NamedRoot {
  readonly name: string;
  /** SHA-256 fingerprint of its certificate. */
  readonly fingerprint: pulumi.Input<string>;
}

/**
 * Where a mesh's certificates come from: the roots that its workloads trust, and for every istiod an intermediate CA below
 * one of these.
 *
 * @example
 * const trust: Trust = {
 *   rootCertificatesPem: companyRootPem,
 *   intermediateOf: (site) => ({ certificatePem: signed[site].chain, privateKeyPem: keys[site].privateKeyPem }),
 * };
 */
export interface Trust {
  /** Certificates of the roots, PEM, one after the other; the first one is the mesh's own. Public. */
  readonly rootCertificatesPem: pulumi.Input<string>;
  /** Those of the roots that have names. Default: none has. */
  readonly namedRoots?: readonly NamedRoot[];
  /** Requests by which intermediates are signed elsewhere, PEM (PKCS#10), by cluster. Public. Default: nothing is to be signed. */
  readonly requests?: Readonly<Record<string, pulumi.Output<string>>> | undefined;
  /**
   * The CA of an istiod. It is asked once for each.
   * @param site Name of the cluster that it runs in: one of the mesh, or of an external control plane.
   */
  readonly intermediateOf: (site: string) => IntermediateArgs | ExistingIntermediate | CertManagerIntermediate;
}

/** What a reader of a stack learns about the roots of a trust. */
export function trustedRoots({ rootCertificatesPem, namedRoots = [] }: Trust): {
  /** Certificates, PEM. */
  readonly pem: pulumi.Output<string>;
  /** SHA-256 fingerprint of the first. */
  readonly fingerprint: pulumi.Output<string>;
  readonly roots: pulumi.Output<readonly RootOutputs[]>;
} {
  const pem = pulumi.output(rootCertificatesPem);
  return {
    pem,
    fingerprint: pem.apply(fingerprintOf),
    roots: pulumi.all([pem, namedRoots]).apply(([certificates, named]) => rootOutputs(certificates, named)),
  };
}

/** An intermediate CA as the mesh uses it. */
export function intermediateFrom(args: ReturnType<Trust["intermediateOf"]>): Intermediate {
  if ("existingSecret" in args || "issuerRef" in args) return args;
  const { certificatePem, privateKeyPem, notAfter } = args;
  const certificate = pulumi.output(certificatePem);
  return {
    certificatePem: certificate,
    privateKeyPem: pulumi.secret(privateKeyPem),
    notAfter: notAfter === undefined ? certificate.apply(notAfterOf) : pulumi.output(notAfter),
  };
}
