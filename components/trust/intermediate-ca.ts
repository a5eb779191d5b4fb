import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { childName } from "../../topology";
import { intermediateDnsName, intermediateSubject } from "../../trust";
import { caKeyUsages, daysToHours } from "../internal/certificates";
import { privateKeyArgs, type KeyAlgorithm } from "../internal/key-algorithm";

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
}

/**
 * The intermediate certificate authority with which one cluster's istiod signs its workloads. Each cluster has its own,
 * so that a stolen key compromises one cluster, and the root's key never leaves the stack.
 */
export class IntermediateCa extends pulumi.ComponentResource {
  /** The intermediate certificate, PEM. Public. */
  readonly certificatePem: pulumi.Output<string>;
  /** Its private key, PEM. Secret. */
  readonly privateKeyPem: pulumi.Output<string>;
  /** End of its validity, RFC 3339. */
  readonly notAfter: pulumi.Output<string>;

  constructor(name: string, args: IntermediateCaArgs, opts?: pulumi.ComponentResourceOptions) {
    super("isthmus:index:IntermediateCa", name, {}, opts);

    const key = new tls.PrivateKey(childName(name, "IntermediateCa", "key"), privateKeyArgs(args.keyAlgorithm), {
      parent: this,
    });
    const request = new tls.CertRequest(
      childName(name, "IntermediateCa", "request"),
      {
        privateKeyPem: key.privateKeyPem,
        subject: intermediateSubject(args.meshId, args.cluster),
        dnsNames: [intermediateDnsName],
      },
      { parent: this },
    );
    const certificate = new tls.LocallySignedCert(
      childName(name, "IntermediateCa", "certificate"),
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

    this.certificatePem = certificate.certPem;
    this.privateKeyPem = key.privateKeyPem;
    this.notAfter = certificate.validityEndTime;
    this.registerOutputs({ notAfter: this.notAfter });
  }
}
