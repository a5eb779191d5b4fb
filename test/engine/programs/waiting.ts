import * as tls from "@pulumi/tls";

/** Makes a key, and then waits for what never comes. */
export default async function waiting(): Promise<void> {
  new tls.PrivateKey("key", { algorithm: "ED25519" });
  await new Promise(() => setInterval(() => undefined, 60_000));
}
