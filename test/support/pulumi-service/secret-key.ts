import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { ServiceError } from "./answer";

const nonceBytes = 12;
const tagBytes = 16;

/** The key by which a stack's secrets are encrypted; it goes with the stack when that is renamed. */
export class SecretKey {
  private readonly key = randomBytes(32);

  /** @param plaintext In base64, as is what it returns. */
  encrypt(plaintext: string): string {
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv("aes-256-gcm", this.key, nonce);
    const sealed = Buffer.concat([cipher.update(plaintext, "base64"), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString("base64");
  }

  /** @throws ServiceError when it is another stack's. */
  decrypt(ciphertext: string): string {
    const bytes = Buffer.from(ciphertext, "base64");
    const decipher = createDecipheriv("aes-256-gcm", this.key, bytes.subarray(0, nonceBytes));
    decipher.setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
    try {
      const opened = [decipher.update(bytes.subarray(nonceBytes + tagBytes)), decipher.final()];
      return Buffer.concat(opened).toString("base64");
    } catch {
      // OpenSSL says no more than that it does not fit.
      throw new ServiceError(400, "Bad Request: message authentication failed");
    }
  }
}
