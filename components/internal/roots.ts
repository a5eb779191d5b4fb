import { certificatesIn, rootOf } from "../../trust";

/** What a reader of the stack learns about a root. */
export interface RootOutputs {
  /** SHA-256 fingerprint. */
  readonly fingerprint: string;
  /** End of its validity, RFC 3339. */
  readonly notAfter: string;
}

/** The roots of a PEM bundle, in its order. */
export function rootOutputs(rootsPem: string): readonly RootOutputs[] {
  return certificatesIn(rootsPem).map(({ fingerprint256, validToDate }) => ({
    fingerprint: fingerprint256,
    notAfter: validToDate.toISOString(),
  }));
}

/** SHA-256 fingerprint of the root that a chain leads to; undefined where it leads to none of them. */
export function issuerRoot(chainPem: string, rootsPem: string): string | undefined {
  return rootOf(certificatesIn(chainPem), certificatesIn(rootsPem))?.fingerprint256;
}
