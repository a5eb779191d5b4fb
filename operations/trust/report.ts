/** What `isthmus trust status` tells. */
export interface TrustReport {
  /** Id of the mesh. */
  readonly mesh: string;
  /** The clusters of the mesh, by name. */
  readonly clusters: readonly ClusterTrustStatus[];
  /** A handshake that fails as the mesh stands, in words; undefined where none does of what could be read. */
  readonly broken?: string;
  readonly summary: {
    /** Proxies that run. */
    readonly proxies: number;
    /** Those of them that are not as their istiod would have them, the unread among them. */
    readonly behind: number;
    readonly unread: number;
  };
}

/**
 * How a cluster stands:
 * - `settled`: everything in it is as its istiod gives it;
 * - `behind`: something has not followed yet, or did not say;
 * - `ended`: a certificate that something lives by is past its end;
 * - `unread`: it could not be asked what is needed to tell.
 */
export type TrustState = "settled" | "behind" | "ended" | "unread";

/** Where one cluster stands. */
export interface ClusterTrustStatus {
  readonly cluster: string;
  /** The cluster whose istiod signs for it. */
  readonly controlPlane: string;
  readonly status: TrustState;
  /** The roots that its istiod gives it to trust. */
  readonly roots: readonly CertificateStatus[];
  /** What its istiod signs with; undefined where that is not known. */
  readonly issuer?: CertificateStatus & {
    /** Key ids of the roots that it leads to, the nearest first. */
    readonly roots: readonly string[];
  };
  /** Whether the istiod has taken up what its Secret `cacerts` says: `unknown` where either does not say. */
  readonly istiod: "taken-up" | "behind" | "unknown";
  readonly proxies: {
    readonly count: number;
    readonly unread: number;
    /** Those that present a certificate of another issuer, or of an earlier certificate of this one. */
    readonly otherIssuer: number;
    /** Those that trust other roots than their istiod gives. */
    readonly otherRoots: number;
    /** Those whose certificate is past its end. */
    readonly ended: number;
    /** The certificate that ends first; undefined without any. */
    readonly firstEnd?: End;
  };
  /** Proxies that have not followed, or did not say. */
  readonly behind: readonly LaggingProxy[];
  /** Namespaces whose ConfigMap `istio-ca-root-cert` has other roots. */
  readonly laggingNamespaces: readonly string[];
  /** What could not be read, in words. */
  readonly troubles: readonly string[];
}

/** When something ends. */
export interface End {
  /** RFC 3339. */
  readonly notAfter: string;
  /** Whole days from now; negative when it is past. */
  readonly daysLeft: number;
}

/** A certificate of a CA. */
export interface CertificateStatus extends End {
  readonly subject: string;
  /** SHA-256, as openssl prints it. */
  readonly fingerprint: string;
  /** Subject key id, in upper case with colons. */
  readonly keyId: string;
}

/** A proxy that is not as its istiod would have it. */
export interface LaggingProxy {
  readonly namespace: string;
  readonly pod: string;
  /** What it has otherwise; `unread` where it did not say. */
  readonly lacks: readonly ("issuer" | "roots" | "unread")[];
  /** Why it is unread. */
  readonly reason?: string;
}

/** Whether nothing is wrong: no handshake fails, nothing is past its end, and every cluster could be read. */
export function isTrustworthy({ broken, clusters }: TrustReport): boolean {
  return broken === undefined && clusters.every(({ status }) => status === "settled" || status === "behind");
}
