/** How secrets stand in a stack's state and in the engine's events (sdk/go/common/resource, SigKey and SecretSig). Pure. */

import { isMap } from "../../topology";

/** By this key a secret is told from plain data, and by its value from an asset. */
const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

/** A secret: in plain, as JSON, where it was asked for. */
export interface MarkedSecret {
  readonly plaintext?: unknown;
}

/** Whether a value is marked as a secret. */
export function isSecret(value: unknown): value is MarkedSecret {
  return isMap(value) && value[signatureKey] === secretSignature;
}

/** Whether a value is a secret or an asset: none of its keys is one of the user's. */
export function isMarked(value: unknown): boolean {
  return isMap(value) && signatureKey in value;
}

/** A value that Pulumi encrypts when the state is imported. */
export function asSecret(value: unknown): object {
  return { [signatureKey]: secretSignature, plaintext: JSON.stringify(value) };
}

/**
 * A value with its secrets in plain.
 * @throws RangeError when the state was exported without showing them: what stands in their places would look as if nobody
 * had set it.
 */
export function revealed(value: unknown): unknown {
  if (isSecret(value)) return revealed(JSON.parse(plaintextOf(value)));
  if (Array.isArray(value)) return value.map(revealed);
  if (!isMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, revealed(inner)]));
}

function plaintextOf({ plaintext }: MarkedSecret): string {
  if (typeof plaintext === "string") return plaintext;
  throw new RangeError("a stack's state was exported without showing its secrets");
}
