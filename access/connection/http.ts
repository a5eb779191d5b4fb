import { request as httpRequest, type Agent, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { ConnectionError, connectionErrorOf } from "./connection-error";

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

/** Headers by name; a list is sent as several headers of one name. */
export type Headers = Readonly<Record<string, string | readonly string[]>>;

/** One request. */
export interface Request {
  readonly url: URL;
  readonly agent: Agent;
  readonly headers?: Headers;
  /** A body makes it a POST of JSON. */
  readonly json?: unknown;
  /** Default: `application/json`. */
  readonly contentType?: string;
  /** What the answer may be, as the header `Accept` says it. Default: anything. */
  readonly accept?: string;
  /** Default: GET, or POST where there is a body. */
  readonly method?: "GET" | "POST" | "PATCH" | "DELETE";
  /** Host and port of the proxy that the agent goes through, for speaking of it. */
  readonly proxy?: string;
  /** How long the server may be silent, in milliseconds: until it answers, and between two pieces of the answer. */
  readonly timeoutMs: number;
}

/** An answer longer than this is refused: 64 MiB, far more than any that we ask for. */
const longestAnswerBytes = 64 * 1024 * 1024;

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
  const { proxy, timeoutMs } = request;
  const silence = new AbortController();
  const timer = setTimeout(() => {
    silence.abort();
  }, timeoutMs);
  try {
    return await exchange(request, silence.signal, () => {
      timer.refresh();
    });
  } catch (error) {
    if (!silence.signal.aborted) throw connectionErrorOf(error, proxy);
    throw new ConnectionError("timeout", "ETIMEDOUT", proxy, timeoutMs);
  } finally {
    clearTimeout(timer);
  }
}

/** The length too: Node.js says none with a DELETE, and then what follows is no request to any server. */
function bodyHeaders(body: string, contentType = "application/json"): Readonly<Record<string, string>> {
  return { "content-type": contentType, "content-length": String(Buffer.byteLength(body)) };
}

/** @param heard Told of each sign of the server. */
async function exchange(one: Request, signal: AbortSignal, heard: () => void): Promise<RawAnswer> {
  const { url, agent, headers, json, accept = "*/*", contentType, method } = one;
  const body = json === undefined ? undefined : JSON.stringify(json);
  const request = url.protocol === "https:" ? httpsRequest : httpRequest;
  const outgoing = request(url, {
    agent,
    signal,
    method: method ?? (body === undefined ? "GET" : "POST"),
    headers: { accept, ...(body === undefined ? {} : bodyHeaders(body, contentType)), ...headers },
  });
  outgoing.end(body);
  const incoming = await new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.on("response", resolve);
    outgoing.on("error", reject);
  });
  heard();
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    heard();
    length += chunk.length;
    if (length > longestAnswerBytes) throw new ConnectionError("too-large", "ETOOLARGE");
    chunks.push(chunk);
  }
  return { status: incoming.statusCode ?? 0, content: Buffer.concat(chunks), headers: incoming.headers };
}
