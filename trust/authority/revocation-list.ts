import { sign, type X509Certificate } from "node:crypto";
import { isSignedBy, subjectNameOf } from "../certificate";
import { listExtensionIds } from "../object-identifiers";
import { isListOf, serialOf, type RevocationList } from "../revocation/revocation-list";
import { der, integer, bitString, sequence, time } from "./der-writing";
import { extension, signatureOf, signedByExtension, type Issuer } from "./issue";

/** Clocks differ: a list counts from an hour ago, as certificates do. */
const backdatedMs = 60 * 60 * 1000;

/** A revocation list that is to be made. */
export interface RevocationListRequest {
  /** Serial numbers of the certificates of this CA that count no more, in hexadecimal, each with when it was revoked. */
  readonly revoked: readonly { readonly serial: string; readonly at: Date }[];
  readonly now: Date;
  /** Until when a proxy takes it. Past that it refuses every certificate of the CA, so it is none to be short with. */
  readonly nextUpdate: Date;
}

/** What the next list of a CA follows from. */
export interface RenewedList extends Pick<RevocationListRequest, "now" | "nextUpdate"> {
  /** Lists until now: what those of this CA revoke stays revoked, since when it was. */
  readonly former: readonly RevocationList[];
  /** Certificates that count no more from now on. Those that this CA did not sign are passed over. */
  readonly revoke: readonly X509Certificate[];
}

/** Signs the next revocation list of a CA, in DER. */
export function renewRevocationList({ former, revoke, now, nextUpdate }: RenewedList, issuer: Issuer): Buffer {
  const { certificate } = issuer;
  const entries = new Map(former.filter((list) => isListOf(list, certificate)).flatMap((list) => [...list.revoked]));
  for (const one of revoke) if (isSignedBy(one, certificate)) entries.set(serialOf(one), now);
  const revoked = [...entries].map(([serial, at]) => ({ serial, at }));
  return issueRevocationList({ revoked, now, nextUpdate }, issuer);
}

/**
 * Signs a revocation list of a CA (RFC 5280, 5), in DER. Its number is the time in seconds, so that a later one is larger
 * without anybody having to remember the last.
 */
export function issueRevocationList({ revoked, now, nextUpdate }: RevocationListRequest, issuer: Issuer): Buffer {
  const { hash, identifier } = signatureOf(issuer.key);
  const entries = revoked.map(({ serial, at }) => sequence(integer(octetsOf(serial)), time(at)));
  const number = integer(octetsOf(Math.floor(now.getTime() / 1000).toString(16)));
  const toBeSigned = sequence(
    integer(Buffer.from([1])),
    identifier,
    subjectNameOf(issuer.certificate),
    time(new Date(now.getTime() - backdatedMs)),
    time(nextUpdate),
    // An empty list of entries is left out (5.1.2.6).
    ...(entries.length === 0 ? [] : [sequence(...entries)]),
    der(0xa0, sequence(signedByExtension(issuer.certificate), extension(listExtensionIds.number, "optional", number))),
  );
  return sequence(toBeSigned, identifier, bitString(sign(hash, toBeSigned, issuer.key)));
}

function octetsOf(hexadecimal: string): Buffer {
  return Buffer.from(hexadecimal.length % 2 === 0 ? hexadecimal : `0${hexadecimal}`, "hex");
}
