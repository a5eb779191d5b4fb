import { createServer as createHttpServer, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { connect, createServer as createTcpServer, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Identity } from "./certificates";
import { listen, type Listening } from "./fake-api-server";

/** What a fake proxy is told. */
export interface ProxyOptions {
  /** Its own certificate: an https proxy. */
  readonly identity?: Identity;
  /** The status with which it refuses every tunnel. */
  readonly refuses?: number;
  /** At which it listens. Default: 127.0.0.1. */
  readonly address?: string;
}

/** A proxy that leads every tunnel to one server, whatever name is asked for. Remembers `CONNECT host:port`. */
export async function fakeProxy(
  target: Listening,
  { identity, refuses, address }: ProxyOptions = {},
): Promise<Listening> {
  const requests: string[] = [];
  const server: Server =
    identity === undefined ? createHttpServer() : createHttpsServer({ cert: identity.certificate, key: identity.key });
  server.on("connect", (request, socket) => {
    const { "proxy-authorization": credentials } = request.headers;
    requests.push(`CONNECT ${request.url}`, ...(credentials === undefined ? [] : [credentials]));
    if (refuses === undefined) lead(socket, target, "HTTP/1.1 200 Connection established\r\n\r\n");
    else socket.end(`HTTP/1.1 ${refuses} Refused\r\ncontent-length: 0\r\n\r\n`);
  });
  return listen(server, identity === undefined ? "http" : "https", requests, address);
}

/** A SOCKS5 proxy (RFC 1928) that leads everything to one server. Remembers `name host:port` and `address host:port`. */
export async function fakeSocksProxy(target: Listening, answers = 0): Promise<Listening> {
  const requests: string[] = [];
  const server = createTcpServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () => {
      socket.write(Buffer.from([5, 0]));
      socket.once("data", (asked) => {
        const { kind, host, end } = asksFor(asked);
        requests.push(`${kind} ${host}:${asked.readUInt16BE(end)}`);
        const answer = Buffer.from([5, answers, 0, 1, 127, 0, 0, 1, 0, 0]);
        if (answers === 0) lead(socket, target, answer);
        else socket.end(answer);
      });
    });
  });
  const { url, close } = await listen(server, "http", requests);
  return { url: url.replace("http:", "socks5:"), requests, close };
}

/** What a SOCKS5 request asks for, and where its port is: an IPv4 address (1), a name (3) or an IPv6 address (4). */
function asksFor(asked: Buffer): { kind: string; host: string; end: number } {
  const nameEnd = 5 + (asked[4] ?? 0);
  switch (asked[3]) {
    case 3:
      return { kind: "name", host: asked.subarray(5, nameEnd).toString(), end: nameEnd };
    case 4:
      return { kind: "address", host: asked.subarray(4, 20).toString("hex"), end: 20 };
    default:
      return { kind: "address", host: [...asked.subarray(4, 8)].join("."), end: 8 };
  }
}

function lead(socket: Duplex, target: Listening, answer: string | Buffer): void {
  const { hostname, port } = new URL(target.url);
  const through: Socket = connect(Number(port), hostname.replace(/^\[|\]$/g, ""), () => {
    socket.write(answer);
    through.pipe(socket).pipe(through);
  });
  socket.on("error", () => through.destroy());
  through.on("error", () => socket.destroy());
}
