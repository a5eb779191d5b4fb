/** Certificates of a mesh, without any key. */

/** A certificate, as it calls itself. */
export interface CertificateSeen {
  readonly subject: string;
  /** SHA-256. */
  readonly fingerprint: string;
  /** RFC 3339. */
  readonly notBefore: string;
  /** RFC 3339. */
  readonly notAfter: string;
  readonly subjectKeyId?: string;
  /** Fingerprint of the one among those beside it whose key signed it: its own for a root. */
  readonly signedBy?: string;
}

/** A CA as an istiod is given it. Of its key it is known only whether there is one, and whether it fits. */
export interface AuthoritySeen {
  /** Name of the Secret. */
  readonly secret: string;
  /** Files that it lacks, or that are empty. */
  readonly missing: readonly string[];
  /** Whether its key is that of the intermediate; left out where either cannot be read. */
  readonly keyFits?: boolean;
  /** The intermediate first. */
  readonly chain: readonly CertificateSeen[];
  readonly roots: readonly CertificateSeen[];
}

/** What a running proxy presents and trusts. */
export interface ProxyCertificateSeen {
  readonly namespace: string;
  readonly pod: string;
  /** When its certificate ends, RFC 3339. */
  readonly notAfter: string;
  /** What it presents with it, the intermediate that signed it first. */
  readonly chain: readonly CertificateSeen[];
  /** What it trusts. */
  readonly roots: readonly CertificateSeen[];
}
