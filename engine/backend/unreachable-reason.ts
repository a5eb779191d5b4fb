/** Why a server could not be reached, from what a program written in Go says of a request. Pure. */
export function unreachableReason(words: string): string {
  const found = reasons.find(([pattern]) => pattern.test(words));
  return found?.[1] ?? "a failed connection";
}

/** Messages of Go's `net`, `crypto/tls` and `crypto/x509`. */
const reasons: readonly (readonly [RegExp, string])[] = [
  [/connection refused/, "a refused connection"],
  [/no such host|server misbehaving/, "a name that DNS does not know"],
  [/i\/o timeout|deadline exceeded|Client\.Timeout/, "none in time"],
  [/network is unreachable|no route to host/, "no route"],
  [/x509|certificate|tls:/, "a certificate that is not trusted"],
  [/server gave HTTP response to HTTPS client/, "no TLS"],
  [/EOF|connection reset/, "a closed connection"],
];
