import { errorCode } from "../file-problem";

/** Why there was no answer, as far as it can be told apart. */
export type FailureKind =
  | "name"
  | "refused"
  | "unreachable"
  | "timeout"
  | "untrusted"
  | "expired"
  | "wrong-name"
  | "not-tls"
  | "closed"
  | "proxy"
  | "too-large"
  | "other";

/** A connection that gave no answer. */
export class ConnectionError extends Error {
  constructor(
    readonly kind: FailureKind,
    /** The system's or TLS's code for it, such as `ECONNREFUSED`; never anything that was sent. */
    readonly code: string,
    /** Host and port of the proxy that it went through, or was to. */
    readonly proxy?: string,
    /** How long nothing was heard, in milliseconds, where it was we who gave up. */
    readonly silentMs?: number,
  ) {
    super(`${kind} (${code})${proxy === undefined ? "" : ` through the proxy ${proxy}`}`);
    this.name = "ConnectionError";
  }
}

const kinds: ReadonlyMap<string, FailureKind> = new Map<string, FailureKind>([
  ["ENOTFOUND", "name"],
  ["EAI_AGAIN", "name"],
  ["EAI_NONAME", "name"],
  ["ECONNREFUSED", "refused"],
  ["EHOSTUNREACH", "unreachable"],
  ["ENETUNREACH", "unreachable"],
  ["EHOSTDOWN", "unreachable"],
  ["ETIMEDOUT", "timeout"],
  ["ECONNRESET", "closed"],
  ["EPIPE", "closed"],
  ["EPROTO", "not-tls"],
  ["ERR_SSL_WRONG_VERSION_NUMBER", "not-tls"],
  ["ERR_SSL_PACKET_LENGTH_TOO_LONG", "not-tls"],
  ["HPE_INVALID_CONSTANT", "closed"],
  ["ERR_TLS_CERT_ALTNAME_INVALID", "wrong-name"],
  ["CERT_HAS_EXPIRED", "expired"],
  ["CERT_NOT_YET_VALID", "expired"],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "untrusted"],
  ["UNABLE_TO_GET_ISSUER_CERT", "untrusted"],
  ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "untrusted"],
  ["SELF_SIGNED_CERT_IN_CHAIN", "untrusted"],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", "untrusted"],
  ["CERT_SIGNATURE_FAILURE", "untrusted"],
  ["INVALID_CA", "untrusted"],
]);

/**
 * What an error of Node.js's networking says, without its words.
 * @param proxy Host and port of the proxy in between.
 */
export function connectionErrorOf(error: unknown, proxy?: string): ConnectionError {
  if (error instanceof ConnectionError) return error;
  // A host with several addresses fails with one error for each.
  if (error instanceof AggregateError && error.errors.length > 0) return connectionErrorOf(error.errors[0], proxy);
  const code = errorCode(error) ?? "unknown";
  return new ConnectionError(kinds.get(code) ?? "other", code, proxy);
}
