import { setMaxListeners } from "node:events";
import { Agent as HttpAgent, request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import {
  createSecureContext,
  getCACertificates,
  rootCertificates,
  type SecureContext,
  type SecureContextOptions,
} from "node:tls";
import { errorCode } from "../file-problem";

/** What a server answered. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly location?: string;
  /** The server's clock, as its `Date` header says it. */
  readonly date?: string;
}

/** What a server answered, as it came. */
export interface RawAnswer {
  readonly status: number;
  readonly content: Buffer;
  readonly headers: IncomingHttpHeaders;
}

/** Why there was no answer, as far as it can be told apart. */
export type FailureKind =
  | "name"
  | "refused"
  | "unreachable"
  | "timeout"
  | "untrusted"
  | "expired"
  | "wrong-name"
  | "not-tls"
  | "closed"
  | "proxy"
  | "too-large"
  | "other";

/** A connection that gave no answer. */
export class ConnectionError extends Error {
  constructor(
    readonly kind: FailureKind,
    /** The system's or TLS's code for it, such as `ECONNREFUSED`; never anything that was sent. */
    readonly code: string,
  ) {
    super(`${kind} (${code})`);
    this.name = "ConnectionError";
  }
}

/** How connections to one server are made. */
export interface Connection {
  /** The authorities trusted, PEM. Default: Node's own and the system's. */
  readonly certificateAuthority?: string;
  readonly certificate?: string;
  readonly key?: string;
  /** Name that the server's certificate must have. Default: the URL's host. */
  readonly serverName?: string;
  /** An http or https proxy. */
  readonly proxy?: string;
}

/** Headers by name; a list is sent as several headers of one name. */
export type Headers = Readonly<Record<string, string | readonly string[]>>;

/** One request. */
export interface Request {
  readonly url: URL;
  readonly agent: HttpAgent | HttpsAgent;
  readonly headers?: Headers;
  /** A body makes it a POST of JSON. */
  readonly json?: unknown;
  /** Default: GET, or POST where there is a body. */
  readonly method?: "DELETE";
  /** Ends the request when its time is up. */
  readonly deadline: AbortSignal;
}

/** A signal that ends requests after so many milliseconds. */
export function deadlineIn(timeoutMs: number): AbortSignal {
  const deadline = AbortSignal.timeout(timeoutMs);
  // Dozens of requests share it, which is no leak.
  setMaxListeners(0, deadline);
  return deadline;
}

/** An answer longer than this is refused: 64 MiB, far more than any that we ask for. */
const longestAnswerBytes = 64 * 1024 * 1024;

/**
 * Keeps connections to one server; destroy it in the end.
 * @throws ConnectionError of the kind `proxy` when the proxy is none that Node can use, such as a SOCKS proxy.
 */
export function agentFor(url: URL, connection: Connection): HttpAgent | HttpsAgent {
  // It would pass the proxy over without a word, and give our credentials to whatever answers beyond.
  if (connection.proxy !== undefined && !goesThroughProxies()) {
    throw new ConnectionError("proxy", `Node.js ${process.versions.node} goes through none`);
  }
  try {
    return newAgent(url, connection);
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

function newAgent(url: URL, connection: Connection): HttpAgent | HttpsAgent {
  if (connection.proxy !== undefined && !/^https?:\/\//i.test(connection.proxy)) throw new TypeError("no http proxy");
  // Node's agent makes the tunnel itself, from the variables of the environment that it is given.
  const proxyEnv =
    connection.proxy === undefined ? {} : { proxyEnv: { HTTP_PROXY: connection.proxy, HTTPS_PROXY: connection.proxy } };
  if (url.protocol === "http:") return new HttpAgent({ keepAlive: true, ...proxyEnv });
  return new HttpsAgent({
    keepAlive: true,
    ...trustOf(connection),
    ...(connection.certificate === undefined ? {} : { cert: connection.certificate }),
    ...(connection.key === undefined ? {} : { key: connection.key }),
    ...(connection.serverName === undefined ? {} : { servername: connection.serverName }),
    ...proxyEnv,
  });
}

/** What a connection trusts. One that shows no certificate of ours shares its context with all others of the kind. */
function trustOf({ certificate, certificateAuthority }: Connection): SecureContextOptions | SharedContext {
  if (certificateAuthority !== undefined) return { ca: certificateAuthority };
  return certificate === undefined ? { secureContext: defaultContext() } : { ca: trustedByDefault() };
}

interface SharedContext {
  readonly secureContext: SecureContext;
}

let sharedContext: SecureContext | undefined;

/** To take in some 290 authorities costs a tenth of a second: once, and not again for each of 160 clusters. */
function defaultContext(): SecureContext {
  sharedContext ??= createSecureContext({ ca: trustedByDefault() });
  return sharedContext;
}

/** Go programs trust what the system trusts, so that must do here too. PEM. */
export function trustedByDefault(): string[] {
  // Node has the function since 22.15 only.
  const has = typeof getCACertificates === "function";
  return has ? [...getCACertificates("default"), ...getCACertificates("system")] : [...rootCertificates];
}

/**
 * Sends one request and reads the whole answer as text.
 * @throws ConnectionError when there is no answer.
 */
export async function send(request: Request): Promise<Answer> {
  const { status, content, headers } = await receive(request);
  const { location, date } = headers;
  return {
    status,
    body: content.toString("utf8"),
    ...(location === undefined ? {} : { location }),
    ...(date === undefined ? {} : { date }),
  };
}

/**
 * Sends one request and reads the whole answer.
 * @throws ConnectionError when there is no answer.
 */
export async function receive(request: Request): Promise<RawAnswer> {
  try {
    return await exchange(request);
  } catch (error) {
    throw request.deadline.aborted ? new ConnectionError("timeout", "ETIMEDOUT") : classify(error);
  }
}

/** The length too: Node.js says none with a DELETE, and then what follows is no request to any server. */
function bodyHeaders(body: string): Readonly<Record<string, string>> {
  return { "content-type": "application/json", "content-length": String(Buffer.byteLength(body)) };
}

async function exchange({ url, agent, headers, json, deadline, method }: Request): Promise<RawAnswer> {
  const body = json === undefined ? undefined : JSON.stringify(json);
  const request = url.protocol === "https:" ? httpsRequest : httpRequest;
  const outgoing = request(url, {
    agent,
    signal: deadline,
    method: method ?? (body === undefined ? "GET" : "POST"),
    headers: { accept: "*/*", ...(body === undefined ? {} : bodyHeaders(body)), ...headers },
  });
  outgoing.end(body);
  const incoming = await new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.on("response", resolve);
    outgoing.on("error", reject);
  });
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > longestAnswerBytes) throw new ConnectionError("too-large", "ETOOLARGE");
    chunks.push(chunk);
  }
  return { status: incoming.statusCode ?? 0, content: Buffer.concat(chunks), headers: incoming.headers };
}

const kinds: ReadonlyMap<string, FailureKind> = new Map<string, FailureKind>([
  ["ENOTFOUND", "name"],
  ["EAI_AGAIN", "name"],
  ["EAI_NONAME", "name"],
  ["ECONNREFUSED", "refused"],
  ["EHOSTUNREACH", "unreachable"],
  ["ENETUNREACH", "unreachable"],
  ["EHOSTDOWN", "unreachable"],
  ["ETIMEDOUT", "timeout"],
  ["ECONNRESET", "closed"],
  ["EPIPE", "closed"],
  ["EPROTO", "not-tls"],
  ["ERR_SSL_WRONG_VERSION_NUMBER", "not-tls"],
  ["ERR_SSL_PACKET_LENGTH_TOO_LONG", "not-tls"],
  ["HPE_INVALID_CONSTANT", "closed"],
  ["ERR_TLS_CERT_ALTNAME_INVALID", "wrong-name"],
  ["CERT_HAS_EXPIRED", "expired"],
  ["CERT_NOT_YET_VALID", "expired"],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "untrusted"],
  ["UNABLE_TO_GET_ISSUER_CERT", "untrusted"],
  ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "untrusted"],
  ["SELF_SIGNED_CERT_IN_CHAIN", "untrusted"],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", "untrusted"],
  ["CERT_SIGNATURE_FAILURE", "untrusted"],
  ["INVALID_CA", "untrusted"],
]);

function classify(error: unknown): ConnectionError {
  if (error instanceof ConnectionError) return error;
  // A host with several addresses fails with one error for each.
  if (error instanceof AggregateError && error.errors.length > 0) return classify(error.errors[0]);
  const code = errorCode(error) ?? "unknown";
  return new ConnectionError(kinds.get(code) ?? "other", code);
}
