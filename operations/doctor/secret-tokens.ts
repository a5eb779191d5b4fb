import type { SecretToken } from "../../diagnosis";

/**
 * Words in the place of secrets: the same one for the same secret, as long as a mesh is looked at. They are counted on, so
 * that nothing of a secret is in its word, not even a digest that could be tried out.
 */
export class SecretTokens {
  private readonly known = new Map<string, SecretToken>();

  /** The word for a secret. */
  of(secret: string): SecretToken {
    const token = this.known.get(secret) ?? `secret:${String(this.known.size + 1)}`;
    this.known.set(secret, token);
    return token;
  }
}
