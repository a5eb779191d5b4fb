/** Bytes in hexadecimal, in upper case with colons, as openssl prints key ids. Pure. */
export function withColons(bytes: Buffer): string {
  return (bytes.toString("hex").toUpperCase().match(/../g) ?? []).join(":");
}

/** A time in a message, to the second. Pure. */
export function instant(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, "Z");
}
