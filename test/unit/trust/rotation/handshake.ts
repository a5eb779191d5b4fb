import { duplexPair } from "node:stream";
import * as tls from "node:tls";

/** What one side of a handshake brings. */
export interface Side {
  /** The leaf's private key. */
  readonly key: string;
  /** The leaf and what it presents after itself, PEM. */
  readonly chain: string;
  /** The roots that it trusts, PEM. */
  readonly bundle: readonly string[];
}

/** Whether each side accepted the other, in a real TLS handshake in memory. */
export async function handshake(
  client: Side,
  server: Side,
): Promise<{ readonly client: boolean; readonly server: boolean }> {
  const [here, there] = duplexPair();
  const serving = new tls.TLSSocket(there, {
    isServer: true,
    requestCert: true,
    rejectUnauthorized: false,
    secureContext: tls.createSecureContext(context(server)),
  });
  const accepted = new Promise<boolean>((fulfil, reject) => {
    serving.once("secure", () => fulfil(isAccepted(serving)));
    serving.once("error", reject);
  });
  const calling = tls.connect({ socket: here, ...context(client), rejectUnauthorized: false });
  const verified = new Promise<boolean>((fulfil, reject) => {
    calling.once("secureConnect", () => fulfil(isAccepted(calling)));
    calling.once("error", reject);
  });
  const [clientAccepts, serverAccepts] = await Promise.all([verified, accepted]);
  calling.destroy();
  serving.destroy();
  return { client: clientAccepts, server: serverAccepts };
}

function context({ key, chain, bundle }: Side): tls.SecureContextOptions {
  return { key, cert: chain, ca: [...bundle] };
}

/** SPIFFE identities are no host names: the chain alone counts. */
function isAccepted(socket: tls.TLSSocket): boolean {
  const { ssl } = socket as unknown as { readonly ssl: { verifyError(): Error | null } };
  return ssl.verifyError() === null;
}
