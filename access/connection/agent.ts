import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent, type AgentOptions } from "node:https";
import type { SecureContext, SecureContextOptions } from "node:tls";
import { errorCode } from "../file-problem";
import type { Environment } from "../kubeconfig/kubeconfig-file";
import { ConnectionError } from "./connection-error";
import { defaultContext, trustedByDefault } from "./trust";
import { TunnelAgent } from "./tunnel";

/** How connections to one server are made. */
export interface Connection {
  /** The authorities trusted, PEM. Default: Node's own, the system's, and those that the environment names. */
  readonly certificateAuthority?: string;
  /** Where further authorities are named. */
  readonly environment?: Environment;
  readonly certificate?: string;
  readonly key?: string;
  /** Name that the server's certificate must have. Default: the URL's host. */
  readonly serverName?: string;
  /** An http, https or socks5 proxy. */
  readonly proxy?: string;
}

/**
 * Keeps connections to one server; destroy it in the end.
 * @throws ConnectionError of the kind `proxy` when the proxy is none that can be used.
 */
export function agentFor(url: URL, connection: Connection): HttpAgent {
  if (url.protocol === "http:") return plainAgent(connection.proxy);
  const options = {
    keepAlive: true,
    ...trustOf(connection),
    ...(connection.certificate === undefined ? {} : { cert: connection.certificate }),
    ...(connection.key === undefined ? {} : { key: connection.key }),
    ...(connection.serverName === undefined ? {} : { servername: connection.serverName }),
  } as AgentOptions;
  return connection.proxy === undefined ? new HttpsAgent(options) : new TunnelAgent(connection.proxy, options);
}

/** Requests without TLS are handed to the proxy itself, which Node.js does. */
function plainAgent(proxy: string | undefined): HttpAgent {
  if (proxy === undefined) return new HttpAgent({ keepAlive: true });
  // It would pass the proxy over without a word, and give our credentials to whatever answers beyond.
  if (!goesThroughProxies()) {
    throw new ConnectionError("proxy", `Node.js ${process.versions.node} goes through none`);
  }
  try {
    if (!/^https?:\/\//i.test(proxy)) throw new TypeError("no http proxy");
    return new HttpAgent({ keepAlive: true, proxyEnv: { HTTP_PROXY: proxy, HTTPS_PROXY: proxy } });
  } catch (error) {
    // Only the proxy's URL is looked at before there is a connection.
    throw new ConnectionError("proxy", errorCode(error) ?? "unknown");
  }
}

/**
 * Whether agents know `proxyEnv`, as those of Node.js 22.21 and 24.5 do: only they refuse what is no URL.
 * @param Agent Default: Node's own.
 */
export function goesThroughProxies(Agent: typeof HttpAgent = HttpAgent): boolean {
  try {
    new Agent({ proxyEnv: { HTTP_PROXY: "http://" } }).destroy();
    return false;
  } catch {
    // It has read it.
    return true;
  }
}

/** What a connection trusts. One that shows no certificate of ours shares its context with all others of the kind. */
function trustOf(connection: Connection): SecureContextOptions | { readonly secureContext: SecureContext } {
  const { certificate, certificateAuthority, environment } = connection;
  if (certificateAuthority !== undefined) return { ca: certificateAuthority };
  return certificate === undefined
    ? { secureContext: defaultContext(environment) }
    : { ca: trustedByDefault(environment) };
}
