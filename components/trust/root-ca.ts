import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { childName } from "../../topology";
import { rootSubject } from "../../trust";
import { caKeyUsages, daysToHours, fingerprintOf, rootMaxPathLength } from "../internal/certificates";
import { privateKeyArgs, type KeyAlgorithm } from "../internal/key-algorithm";

/** What a {@link RootCa} is made from. */
export interface RootCaArgs {
  /** The mesh's id: it stands in the subject. A root outlives a change of it, as of the lifetime. */
  readonly meshId: string;
  /**
   * Lifetime of the certificate, in days. It counts when the root is made: a later change is ignored, because a new
   * root certificate would cut every identity in the mesh.
   */
  readonly lifetimeDays: number;
  /** Algorithm and size of its key. As the lifetime, it counts when the root is made. */
  readonly keyAlgorithm: KeyAlgorithm;
  /** What stands in the subject beside, by which it differs from another root of the mesh. Default: nothing. */
  readonly label?: string;
  /** How many CAs may follow it in a chain. Default: 1, the intermediate of an istiod. */
  readonly maxPathLength?: number;
}

/**
 * A root certificate authority of a mesh: a certificate that every workload in every cluster trusts. Its key
 * signs the clusters' intermediates and nothing else, and lives, encrypted, in the stack's state alone.
 */
export class RootCa extends pulumi.ComponentResource {
  /** The root certificate, PEM. Public. */
  readonly certificatePem: pulumi.Output<string>;
  /** The root's private key, PEM. Secret. */
  readonly privateKeyPem: pulumi.Output<string>;
  /** SHA-256 fingerprint of the certificate. */
  readonly fingerprint: pulumi.Output<string>;

  constructor(name: string, args: RootCaArgs, opts?: pulumi.ComponentResourceOptions) {
    super("isthmus:index:RootCa", name, {}, opts);

    const key = new tls.PrivateKey(childName(name, "RootCa", "key"), privateKeyArgs(args.keyAlgorithm), {
      parent: this,
      ignoreChanges: ["algorithm", "ecdsaCurve", "rsaBits"],
    });
    const certificate = new tls.SelfSignedCert(
      childName(name, "RootCa", "certificate"),
      {
        privateKeyPem: key.privateKeyPem,
        subject: rootSubject(args.meshId, args.label),
        isCaCertificate: true,
        maxPathLength: args.maxPathLength ?? rootMaxPathLength,
        setSubjectKeyId: true,
        allowedUses: [...caKeyUsages],
        validityPeriodHours: daysToHours(args.lifetimeDays),
      },
      { parent: this, ignoreChanges: ["validityPeriodHours", "subject"] },
    );

    this.certificatePem = certificate.certPem;
    this.privateKeyPem = key.privateKeyPem;
    this.fingerprint = certificate.certPem.apply(fingerprintOf);
    this.registerOutputs({ fingerprint: this.fingerprint });
  }
}
