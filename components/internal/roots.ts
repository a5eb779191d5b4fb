import { certificatesIn, certificateTexts, rootOf } from "../../trust";

/** What a reader of the stack learns about a root. */
export interface RootOutputs {
  /** What the mesh's file calls it; left out for one that comes from elsewhere. */
  readonly name?: string;
  /** SHA-256 fingerprint. */
  readonly fingerprint: string;
  /** End of its validity, RFC 3339. */
  readonly notAfter: string;
}

/**
 * The roots of a PEM bundle, in its order.
 * @param named Those of them that have names. Default: none has.
 */
export function rootOutputs(
  rootsPem: string,
  named: readonly { readonly name: string; readonly fingerprint: string }[] = [],
): readonly RootOutputs[] {
  return certificatesIn(rootsPem).map(({ fingerprint256, validToDate }) => {
    const name = named.find(({ fingerprint }) => fingerprint === fingerprint256)?.name;
    return {
      ...(name === undefined ? {} : { name }),
      fingerprint: fingerprint256,
      notAfter: validToDate.toISOString(),
    };
  });
}

/** The same bundle, with the root that a chain leads to first. */
export function issuerFirst(chainPem: string, rootsPem: string): string {
  const texts = certificateTexts(rootsPem);
  const issuer = issuerRoot(chainPem, rootsPem);
  const isIssuer = (text: string): boolean =>
    certificatesIn(text).some(({ fingerprint256 }) => fingerprint256 === issuer);
  const first = texts.findIndex(isIssuer);
  if (first <= 0) return rootsPem;
  return [...texts.slice(first, first + 1), ...texts.filter((_, index) => index !== first)].join("");
}

/** SHA-256 fingerprint of the root that a chain leads to; undefined where it leads to none of them. */
export function issuerRoot(chainPem: string, rootsPem: string): string | undefined {
  return rootOf(certificatesIn(chainPem), certificatesIn(rootsPem))?.fingerprint256;
}
