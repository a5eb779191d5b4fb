import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { firstIntermediateKey, intermediateChildName, type IntermediateKeysPlan } from "../../topology";
import { caKeyUsages, daysToHours } from "../internal/certificates";
import type { KeyAlgorithm } from "../internal/key-algorithm";
import { intermediateKeyAndRequest } from "./key-and-request";

/** What an {@link IntermediateCa} is made from. */
export interface IntermediateCaArgs {
  /** The mesh's id: it stands in the subject. */
  readonly meshId: string;
  /** The cluster whose istiod signs with this CA: the subject's locality. */
  readonly cluster: string;
  /** Certificate of the root CA, PEM. */
  readonly rootCertificatePem: pulumi.Input<string>;
  /** Key of the root CA, PEM. Secret. */
  readonly rootPrivateKeyPem: pulumi.Input<string>;
  /** Lifetime of the certificate, in days. */
  readonly lifetimeDays: number;
  /** Days before its end from which on the next `pulumi up` renews it. */
  readonly renewBeforeDays: number;
  readonly keyAlgorithm: KeyAlgorithm;
  /** Its keys, and which of them its certificate is of. Default: the one that nobody names. */
  readonly keys?: IntermediateKeysPlan;
}

/**
 * The intermediate certificate authority with which one cluster's istiod signs its workloads. Each cluster has its own,
 * so that a stolen key compromises one cluster, and the root's key never leaves the stack.
 */
export class IntermediateCa extends pulumi.ComponentResource {
  /** The request by which it is signed, PEM (PKCS#10). Public. */
  readonly requestPem: pulumi.Output<string>;
  /** The intermediate certificate, PEM. Public. */
  readonly certificatePem: pulumi.Output<string>;
  /** Its private key, PEM. Secret. */
  readonly privateKeyPem: pulumi.Output<string>;
  /** End of its validity, RFC 3339. */
  readonly notAfter: pulumi.Output<string>;

  constructor(name: string, args: IntermediateCaArgs, opts?: pulumi.ComponentResourceOptions) {
    super("isthmus:index:IntermediateCa", name, {}, opts);

    const { keys, used } = args.keys ?? { keys: [firstIntermediateKey], used: firstIntermediateKey };
    const made = new Map(keys.map((called) => [called, this.signed(name, args, called)]));
    const signing = made.get(used);
    if (signing === undefined) throw new RangeError(`${name} has no key ${used}`);
    const { certificate, key, request } = signing;
    this.requestPem = request.certRequestPem;
    this.certificatePem = certificate.certPem;
    this.privateKeyPem = key.privateKeyPem;
    this.notAfter = certificate.validityEndTime;
    this.registerOutputs({ notAfter: this.notAfter });
  }

  /** Every key has its own certificate, so that a revocation list can be made of one before it signs anything. */
  private signed(
    name: string,
    args: IntermediateCaArgs,
    called: string,
  ): { readonly key: tls.PrivateKey; readonly request: tls.CertRequest; readonly certificate: tls.LocallySignedCert } {
    const { key, request } = intermediateKeyAndRequest(name, args, this, called);
    const certificate = new tls.LocallySignedCert(
      intermediateChildName(name, "certificate", called),
      {
        certRequestPem: request.certRequestPem,
        caCertPem: args.rootCertificatePem,
        caPrivateKeyPem: args.rootPrivateKeyPem,
        isCaCertificate: true,
        setSubjectKeyId: true,
        allowedUses: [...caKeyUsages],
        validityPeriodHours: daysToHours(args.lifetimeDays),
        earlyRenewalHours: daysToHours(args.renewBeforeDays),
      },
      { parent: this },
    );
    return { key, request, certificate };
  }
}
