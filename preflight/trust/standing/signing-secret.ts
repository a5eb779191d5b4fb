import { intermediateInSecret } from "../../../access/trust/intermediate-files";
import {
  intermediateCaSecret,
  issuedIntermediateName,
  revocationsFileName,
  trustedRootsSecret,
} from "../../../topology";

/** The Secret from which an istiod takes what it signs with. */
export interface SigningSecret {
  readonly keptBy: "cert-manager" | "others";
  /** Undefined where there is none, or it holds no intermediate. */
  readonly files?: {
    /** The intermediate's certificate, and after it those between it and the root, PEM. */
    readonly chainPem: string;
    /** The roots beside it, PEM; undefined where it names none. */
    readonly rootsPem?: string;
    /** The revocation lists beside it, PEM; undefined where there are none. */
    readonly listsPem?: string;
  };
}

/**
 * Which Secret an istiod signs with: that of cert-manager where the mesh's roots are there beside, else `cacerts`. The Secret
 * has the key as well, which is not even decoded.
 * @param read Reads the data of a Secret of the system namespace; undefined where there is none.
 */
export async function signingSecret(
  read: (name: string) => Promise<Readonly<Record<string, string>> | undefined>,
): Promise<SigningSecret> {
  const roots = await read(trustedRootsSecret.name);
  const issued = roots === undefined ? undefined : await read(issuedIntermediateName);
  const keptBy = issued === undefined ? "others" : "cert-manager";
  const data = issued ?? (await read(intermediateCaSecret));
  const files = intermediateInSecret(data, "leave");
  if ("found" in files) return { keptBy };
  const { chainPem, rootsPem } = files;
  if (keptBy === "others") {
    const listsPem = Buffer.from(data?.[revocationsFileName] ?? "", "base64").toString();
    const lists = listsPem === "" ? {} : { listsPem };
    return { keptBy, files: { chainPem, ...(rootsPem === undefined ? {} : { rootsPem }), ...lists } };
  }
  const bundle = Buffer.from(roots?.[trustedRootsSecret.key] ?? "", "base64").toString();
  return { keptBy, files: { chainPem, rootsPem: bundle } };
}
