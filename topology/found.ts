import { looksSecret, withoutUserInfo } from "./secrets";
import { listed } from "./suggest";
import { shortQuote } from "./text";

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
