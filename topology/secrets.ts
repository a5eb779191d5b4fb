/**
 * What may be a secret, and texts without it: for words of others, such as a provider's, which may repeat what they were
 * given. Better to hide a harmless string than to show a key, a token or a password. Pure.
 */

/** What stands for a secret. */
export const maskedSecret = "[secret]";

/** Names of what may hold a secret: environment variables, keys, annotations, settings. */
const secretName = /passw|passphrase|secret|token|credential|private|(api|access)[-_]?key|(^|[-_.])key$|auth/i;

/** Whether a value of this name is not to be shown. What is called `…Name` or `…File` is a reference. */
export function namesSecret(name: string): boolean {
  return secretName.test(name) && !/(?:Name|File|_FILE)$/.test(name);
}

/**
 * Whether a string may be a key, a token or a password: whatever {@link withoutSecrets} would take out of it, or a
 * kubeconfig, in YAML or JSON.
 */
export function looksSecret(text: string): boolean {
  return /\bkind["']?\s*:\s*["']?Config\b/.test(text) || withoutSecrets(text) !== withoutUserInfo(text);
}

/**
 * A text with everything taken out that may be a secret: PEM, JWTs, the prefixes of well-known tokens, long runs of base64
 * or hex, users and passwords in URLs, and values whose names say what they are. Digests (`sha256:…`) stay, since images
 * are named by them, and so do names of hosts.
 */
export function withoutSecrets(text: string): string {
  return withoutUserInfo(text)
    .replace(/-----BEGIN[^]*?(?:-----END[^-]*-----|$)/g, maskedSecret)
    .replace(/eyJ[\w-]{8}[\w.-]*/g, maskedSecret)
    .replace(/(?:AKIA|ASIA|ghp_|gho_|glpat-|xox[abp]-|hvs\.|pul-)\w[\w-]*/g, maskedSecret)
    .replace(/\b(authorization["']?\s*[:=]\s*["']?(?:bearer|basic|token)\s+)[^\s"',;]+/gi, `$1${maskedSecret}`)
    .replace(/(?<![\w-])(--(?:[\w-]*-)?(?:password|token)[ =])[^\s"'`]+/g, `$1${maskedSecret}`)
    .replace(/(passw(?:or)?d["']?:\s+)(?!expected\b)[^\s"',;]+/gi, `$1${maskedSecret}`)
    .replace(/([\w.-]+)(["']?\s*=\s*["']?|["']\s*:\s*["'])([^\s"'&;,)`]+)/g, withoutNamedSecret)
    .replace(/(?<!sha256:)(?<![A-Za-z0-9+/=])[A-Za-z0-9+/=]{32,}/g, withoutKey);
}

/** Plain data with every text in it as {@link withoutSecrets} has it. */
export function dataWithoutSecrets<T>(data: T): T {
  return masked(data) as T;
}

function masked(value: unknown): unknown {
  if (typeof value === "string") return withoutSecrets(value);
  if (Array.isArray(value)) return value.map(masked);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, masked(inner)]));
}

/** A text whose URLs have no user and no password before their hosts. */
export function withoutUserInfo(text: string): string {
  return text.replace(/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/?#"'<>`]*@/gi, "$1…@");
}

/** The value of what is called a password, a token, or the like: of a query, a command line, a variable, JSON. */
function withoutNamedSecret(all: string, name: string, between: string): string {
  return /^sig$|signature$/i.test(name) ||
    (/passw|passphrase|secret|token|credential|key/i.test(name) && namesSecret(name))
    ? `${name}${between}${maskedSecret}`
    : all;
}

/** A long run of letters and digits, as far as it may be a key. */
function withoutKey(run: string, at: number, text: string): string {
  const isHex = (part: string): boolean => /\d/.test(part) && /[a-f]/i.test(part);
  const hex = (run.match(/[0-9a-f]{32,}/gi) ?? []).some(isHex);
  if (hex) return isLabelOfHost(run, text.slice(at + run.length)) ? run : maskedSecret;
  const isBase64 = run.length >= 40 && /[A-Z]/.test(run) && /[a-z]/.test(run) && /\d/.test(run) && !isPath(run);
  return isBase64 ? maskedSecret : run;
}

/** As EKS names its API servers: 32 hex digits, then the rest of a host's name. */
function isLabelOfHost(run: string, rest: string): boolean {
  return run.length <= 63 && /^(?:\.[a-z0-9-]+){2,}\.[a-z]{2,}(?![\w.-]*@)/.test(rest);
}

/** Whether a run with slashes is made of words: in base64 the kind of a character changes at two of three places. */
function isPath(run: string): boolean {
  if ((run.match(/\//g) ?? []).length < 3) return false;
  const stretches = run.match(/[A-Z]+|[a-z]+|[^A-Za-z]+/g) ?? [];
  return stretches.length / run.length < 0.35;
}
