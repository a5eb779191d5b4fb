/** An intermediate CA that was found: what it is made of, or that somebody else keeps it in its cluster. */
export type FoundIntermediate =
  | {
      /** Its certificate, and after it those between it and the root, PEM. */
      readonly certificatePem: string;
      /** Its private key, PEM; undefined where the stack has it. **Secret**. */
      readonly privateKeyPem?: string;
    }
  | {
      readonly existingSecret: "cacerts";
      /** End of its validity, RFC 3339, where the cluster said it. */
      readonly notAfter?: string;
    };

/** What of a mesh's certificates is made elsewhere. */
export interface TrustMaterial {
  /** Roots, PEM; undefined where the stack makes the only one. */
  readonly rootsPem?: string;
  /** Revocation lists that every proxy looks at, PEM; undefined where there are none. */
  readonly revocationListsPem?: string;
  /** Intermediate CAs, by the name of the cluster whose istiod signs with them. */
  readonly intermediates: ReadonlyMap<string, FoundIntermediate>;
  /** Clusters of the mesh that an istiod runs in, whether its intermediate CA is there or not yet. */
  readonly sites: readonly string[];
}

/** What a mesh has whose stack makes everything itself. */
export const nothingElsewhere: TrustMaterial = { intermediates: new Map(), sites: [] };
