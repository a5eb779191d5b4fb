/** A root CA, by the subject key id of its certificate: whoever verifies a chain goes by the key. */
export type Root = string;

/** The roots that somebody trusts, in any order. */
export type Bundle = readonly Root[];

/** A root at which a chain can end. */
export interface Anchor {
  readonly root: Root;
  /**
   * The root's path length forbids so many CAs below it. Go and OpenSSL refuse the chain; the BoringSSL in Envoy does not
   * look at a root's path length, so that calls go on while no new pod gets a certificate from its istiod. Default: it
   * does not forbid them.
   */
  readonly tooLong?: true;
}

/** An intermediate CA as the leaves that it signs present it. */
export interface Issuer {
  /** Subject key id. The same key under another root, or with another chain, is another issuer where the anchors differ. */
  readonly keyId: string;
  /**
   * Where the chain that its leaves present leads, the nearest root first: one for an ordinary chain, two where the
   * chain holds the root's key certified by another root (a cross-signed certificate).
   */
  readonly anchors: readonly Anchor[];
}

/**
 * Whether everybody who trusts these roots accepts a leaf of this issuer, the agent beside Envoy included. The chain is
 * followed to the first root that is trusted and no further: OpenSSL tries no other when this one's path length is exceeded.
 */
export function verifies(bundle: Bundle, issuer: Issuer): boolean {
  const end = issuer.anchors.find(({ root }) => bundle.includes(root));
  return end !== undefined && end.tooLong !== true;
}

/** Whether two bundles hold the same roots. */
export function sameBundle(one: Bundle, other: Bundle): boolean {
  return one.every((root) => other.includes(root)) && other.every((root) => one.includes(root));
}

/** Whether leaves of two issuers are accepted by the same verifiers, and signed with the same key. */
export function sameIssuer(one: Issuer, other: Issuer): boolean {
  return (
    one.keyId === other.keyId &&
    one.anchors.length === other.anchors.length &&
    one.anchors.every(({ root, tooLong }, at) => {
      const anchor = other.anchors[at];
      return anchor?.root === root && anchor.tooLong === tooLong;
    })
  );
}
