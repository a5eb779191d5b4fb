import type { X509Certificate } from "node:crypto";
import { certificateName } from "../../../trust";
import { keyIdOf, type Naming } from "../../../trust/rotation";
import { knownRoots, type Trusts } from "./mesh-standing";

/**
 * Key ids by the subjects of their certificates, where these are known.
 * @param more Certificates beside those that clusters show.
 */
export function namingBy(trusts: Trusts, more: readonly X509Certificate[] = []): Naming {
  const presented = new Set(
    [...trusts.values()].flatMap(({ authority, proxies }) => [
      authority?.chain ?? [],
      ...proxies.map(({ issuers }) => issuers),
    ]),
  );
  const certificates = [...knownRoots(trusts), ...[...presented].flat(), ...more];
  const names = new Map(certificates.map((certificate) => [keyIdOf(certificate), certificateName(certificate)]));
  return (keyId) => {
    const brief = `${keyId.slice(0, 11)}…`;
    return names.has(keyId) ? `${names.get(keyId)} (${brief})` : brief;
  };
}
