import { shortQuote } from "./path";
import { listed } from "./suggest";

/**
 * A value in the words of a problem's `found`: short, on one line, and never something that may be secret.
 * Of mappings and lists only keys and lengths are told, of strings that look like a credential only the length.
 */
export function describeFound(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "an empty value";
  if (typeof value === "string") return describeString(value);
  if (typeof value === "number") return `the number ${value}`;
  if (typeof value === "boolean") return String(value);
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : `a list of ${value.length}`;
  if (isEncrypted(value)) return "an encrypted value";
  if (typeof value !== "object") return `a ${typeof value}`;
  const keys = Object.keys(value);
  if (keys.length === 0) return "an empty mapping";
  return `a mapping with ${keys.length === 1 ? "the key" : "the keys"} ${listed(keys.map(describeKey), 6)}`;
}

/** Pulumi's form of a secret in a stack's file: a mapping with the only key `secure`. */
export function isEncrypted(value: unknown): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const keys = Object.keys(value);
  return keys.length === 1 && keys[0] === "secure";
}

function describeString(text: string): string {
  if (text === "") return "an empty string";
  if (looksSecret(text)) return `a string of ${text.length} characters`;
  return shortQuote(withoutUserInfo(text));
}

function describeKey(key: string): string {
  return looksSecret(key) ? `of ${key.length} characters` : /^[\w.-]{1,40}$/.test(key) ? key : shortQuote(key);
}

/** Whether a string may be a key, a token or a password's hash: better to hide a harmless string than to show one of those. */
export function looksSecret(text: string): boolean {
  return /-----BEGIN|\beyJ[\w-]{8}|\b(AKIA|ghp_|xox[bp]-)/.test(text) || /[A-Za-z0-9+/=_-]{40,}/.test(text);
}

/** A URL without the user and password that may stand before its host. */
export function withoutUserInfo(text: string): string {
  return text.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, "$1…@");
}
