import type { X509Certificate } from "node:crypto";
import { isSelfSigned, namesAuthority, revocationListsIn, revocationListsPem } from "../../../trust";
import { renewRevocationList } from "../../../trust/authority";
import type { StackAuthority } from "./stack-authorities";

/** What lists are to say. */
export interface ListsChange {
  /** Certificates that count no more from now on. Default: none beside those that are revoked already. */
  readonly revoke?: readonly X509Certificate[];
}

/**
 * One list of every CA whose key a stack has, and those that others signed as they stand. Pure, but for signatures, which
 * differ each time.
 *
 * Every list counts until the last root ends. No list is fetched anew by anybody, so that a shorter time would protect from
 * nothing, and past it every call of the mesh would fail.
 * @param formerPem The lists until now; empty where there are none.
 */
export function listsOf(
  authorities: readonly StackAuthority[],
  formerPem: string,
  { revoke = [] }: ListsChange,
  now = new Date(),
): string {
  const former = revocationListsIn(formerPem);
  const ends = authorities
    .map(({ certificate }) => certificate)
    .filter(isSelfSigned)
    .map((root) => root.validToDate);
  const nextUpdate = new Date(Math.max(...ends.map((end) => end.getTime())));
  const isRevokedNow = ({ certificate }: StackAuthority): boolean =>
    revoke.some(({ fingerprint256 }) => fingerprint256 === certificate.fingerprint256);
  const own = authorities
    .filter((authority) => !isRevokedNow(authority))
    .map((authority) => ({ der: renewRevocationList({ former, revoke, now, nextUpdate }, authority) }));
  const others = former.filter(
    (list) =>
      !authorities.some(({ certificate }) => namesAuthority(list, certificate)) &&
      (list.nextUpdate === undefined || list.nextUpdate > now),
  );
  return revocationListsPem([...own, ...others]);
}
