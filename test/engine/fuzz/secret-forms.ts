/** The forms in which a secret may turn up where it should not. Pure. */

/** Shorter texts turn up by chance. */
const leastLength = 12;

/**
 * A secret's own text, of a key in PEM its first line, and each in base64, wherever it begins in there. The other lines of
 * a key may be found in its certificate: they hold the public key.
 */
function formsOf(secret: string): string[] {
  const lines = secret.split(/\r?\n|\\+n/).filter((line) => line !== "" && !line.startsWith("-----"));
  return lines
    .slice(0, 1)
    .filter((line) => line.length >= leastLength)
    .flatMap((line) => [line, ...inBase64(line)]);
}

function inBase64(text: string): string[] {
  return [0, 1, 2].map((offset) => {
    const encoded = Buffer.from(" ".repeat(offset) + text).toString("base64");
    // Its ends depend on what stands beside.
    return encoded.slice(offset === 0 ? 0 : 4, -4);
  });
}

/** The secrets that a text has in plain. */
export function foundIn(text: string, secrets: readonly string[]): string[] {
  return secrets.filter((secret) => formsOf(secret).some((form) => text.includes(form)));
}
