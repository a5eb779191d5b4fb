import { issuedIntermediateName, type IssuerRef, type MeshPlan } from "../../topology";
import { intermediateDnsName, intermediateSubject } from "../../trust";
import { daysToHours } from "./certificates";
import type { KeyAlgorithm } from "./key-algorithm";

/** What the spec of a Certificate of cert-manager is made from. */
export interface IssuedCertificateArgs {
  readonly mesh: Pick<MeshPlan, "id" | "trust">;
  /** The cluster whose istiod signs with it. */
  readonly cluster: string;
  readonly issuerRef: IssuerRef;
}

/** The same as the other sources give an intermediate, in the words of cert-manager. */
const usages = ["digital signature", "content commitment", "key encipherment", "cert sign", "crl sign"] as const;

/**
 * Spec of the Certificate by which cert-manager issues an intermediate CA (cert-manager.io, CertificateSpec). What has had
 * another default in another version is said: with `rotationPolicy` Never, the default before 1.18, a stolen key would
 * outlive each renewal, and before that version every request is kept for ever.
 */
export function certificateSpec({ cluster, issuerRef, mesh: { id, trust } }: IssuedCertificateArgs): object {
  const { commonName, locality, organization, organizationalUnit } = intermediateSubject(id, cluster);
  return {
    isCA: true,
    secretName: issuedIntermediateName,
    commonName,
    subject: {
      organizations: [organization],
      organizationalUnits: [organizationalUnit],
      ...(locality === undefined ? {} : { localities: [locality] }),
    },
    dnsNames: [intermediateDnsName],
    usages: [...usages],
    duration: hours(trust.intermediateLifetimeDays),
    renewBefore: hours(trust.renewBeforeDays),
    // Istio reads PKCS#8 whatever the algorithm is.
    privateKey: { rotationPolicy: "Always", encoding: "PKCS8", ...keyOf(trust.keyAlgorithm) },
    revisionHistoryLimit: 1,
    issuerRef: { ...issuerRef },
  };
}

/** A duration as Kubernetes writes it, so that it is the same text when it is read again. */
function hours(days: number): string {
  return `${daysToHours(days)}h0m0s`;
}

function keyOf(algorithm: KeyAlgorithm): object {
  return algorithm === "rsa-4096" ? { algorithm: "RSA", size: 4096 } : { algorithm: "ECDSA", size: 256 };
}
