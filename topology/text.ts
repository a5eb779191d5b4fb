/** A string in quotes on one line, cut to what a reader takes in at a glance. */
export function shortQuote(text: string): string {
  const longest = 60;
  return JSON.stringify(text.length > longest ? `${text.slice(0, longest)}…` : text);
}

/**
 * Whether a string may be a key or a token: PEM, a JWT, the prefixes of well-known tokens, long runs of base64 or hex.
 * Better to hide a harmless string than to show one of those.
 */
export function looksSecret(text: string): boolean {
  if (/-----BEGIN|eyJ[\w-]{8}|(AKIA|ASIA|ghp_|gho_|glpat-|xox[abp]-|hvs\.)\w/.test(text)) return true;
  // A kubeconfig, in YAML or JSON.
  if (/\bkind["']?\s*:\s*["']?Config\b/.test(text)) return true;
  const hex = text.match(/[0-9a-f]{32,}/gi) ?? [];
  if (hex.some((run) => /\d/.test(run) && /[a-f]/i.test(run))) return true;
  return (text.match(/[A-Za-z0-9+/=]{40,}/g) ?? []).some(
    (run) => /[A-Z]/.test(run) && /[a-z]/.test(run) && /\d/.test(run),
  );
}

/**
 * A text with everything taken out that {@link looksSecret} would hide: for words of others, such as a provider's, which
 * may repeat what they were given. Digests (`sha256:…`) stay, since images are named by them.
 */
export function withoutSecrets(text: string): string {
  return text
    .replace(/-----BEGIN[^]*?(?:-----END[^-]*-----|$)/g, hidden)
    .replace(/eyJ[\w-]{8}[\w.-]*/g, hidden)
    .replace(/(?:AKIA|ASIA|ghp_|gho_|glpat-|xox[abp]-|hvs\.)\w[\w-]*/g, hidden)
    .replace(/(?<!sha256:)(?<![A-Za-z0-9+/=])[A-Za-z0-9+/=]{32,}/g, (run) => (looksSecret(run) ? hidden : run));
}

const hidden = "[secret]";

/** A URL without the user and password that may stand before its host. */
export function withoutUserInfo(text: string): string {
  return text.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, "$1…@");
}
