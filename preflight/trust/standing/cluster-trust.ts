import type { X509Certificate } from "node:crypto";

/** What one cluster shows of its certificates, without any key. */
export interface ClusterTrust {
  readonly cluster: string;
  /** The Secret from which an istiod that runs there takes its CA, `cacerts` or that of cert-manager; undefined without one, or where it may not be read. */
  readonly authority?: Authority;
  /** The roots that istiod has published in the system namespace; undefined where there are none, or they may not be read. */
  readonly published?: readonly X509Certificate[];
  /** The revocation lists that istiod has published in the system namespace, PEM; undefined where there are none. */
  readonly listsPem?: string;
  /** What other namespaces have in its place: their pods' agents trust an istiod by it. */
  readonly copies: readonly PublishedCopy[];
  /** When the CA ends that the istiod there has taken up, to the second; undefined where none runs, or it does not say. */
  readonly takenUpUntil?: Date;
  readonly proxies: readonly ProxyTrust[];
  /** Running proxies that did not say what they have. */
  readonly unread: readonly UnreadProxy[];
  /** What else could not be read, in words: with any of it, not all of the cluster is known. */
  readonly troubles: readonly string[];
}

/** A CA as an istiod is given it. */
export interface Authority {
  /** The intermediate first. */
  readonly chain: readonly X509Certificate[];
  readonly roots: readonly X509Certificate[];
  /** The revocation lists that it is given beside, PEM; undefined where there are none. */
  readonly listsPem?: string;
}

/** The roots in the ConfigMap of one namespace. */
export interface PublishedCopy {
  readonly namespace: string;
  readonly roots: readonly X509Certificate[];
}

/** A pod with a proxy. */
export interface ProxyName {
  readonly namespace: string;
  readonly pod: string;
}

/** What a running proxy has. */
export interface ProxyTrust extends ProxyName {
  /** The certificate that it presents. */
  readonly leaf: { readonly notBefore: Date; readonly notAfter: Date };
  /** What it presents with it: the intermediate that signed it first. */
  readonly issuers: readonly X509Certificate[];
  readonly roots: readonly X509Certificate[];
  /** The revocation lists that it looks at, PEM; undefined where it looks at none. */
  readonly listsPem?: string;
}

/** A proxy that did not say what it has, and why. */
export interface UnreadProxy extends ProxyName {
  readonly reason: string;
}
