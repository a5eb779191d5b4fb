import assert from "node:assert/strict";
import { createServer } from "node:https";
import type { IncomingMessage, Server } from "node:http";
import { connect, CommandFailed, type ClusterClient } from "../../../access";
import { TestAuthority } from "./certificates";
import { accessTo, listen, type Listening } from "./fake-api-server";
import { fakeProxy } from "./fake-proxies";
import { token } from "../preflight/precheck-support";

/** What of the WebSocket library's server the test needs; the library brings no types. */
interface SocketServer {
  on(
    event: "connection",
    listener: (socket: { send(data: Buffer): void; close(): void }, request: IncomingMessage) => void,
  ): void;
}
// eslint-disable-next-line @typescript-eslint/no-require-imports -- the library brings no types
const { WebSocketServer } = require("ws") as {
  WebSocketServer: new (options: {
    server: Server;
    verifyClient?: (info: { req: IncomingMessage }) => boolean;
  }) => SocketServer;
};

const target = { namespace: "sample", pod: "client", container: "main" };
const message = (channel: number, text: string): Buffer => Buffer.concat([Buffer.from([channel]), Buffer.from(text)]);

describe("A command in a container", () => {
  const ends: (() => unknown)[] = [];
  let authority: TestAuthority;

  before(async () => {
    authority = await TestAuthority.create("ca");
  });
  afterEach(async () => {
    await Promise.all(ends.splice(0).map((end) => end()));
  });

  /** An API server at a name that says so much of every command, and then hangs up unless it is to go on. */
  async function saying(...messages: readonly (Buffer | "hang-up")[]): Promise<Listening> {
    return sayingAt("127.0.0.1", "api.inside", messages);
  }

  async function sayingAt(
    address: string,
    name: string,
    messages: readonly (Buffer | "hang-up")[],
  ): Promise<Listening> {
    const identity = await authority.issue([name]);
    const server = createServer({ cert: identity.certificate, key: identity.key });
    const requests: string[] = [];
    const sockets = new WebSocketServer({
      server: server,
      verifyClient: ({ req }) => req.headers.authorization === `Bearer ${token}`,
    });
    sockets.on("connection", (socket, { url }) => {
      requests.push(url ?? "");
      for (const one of messages) {
        if (one === "hang-up") socket.close();
        else socket.send(one);
      }
    });
    const listening = await listen(server, "https", requests, address);
    ends.push(listening.close);
    return listening;
  }

  async function client(server: Listening, shown = token): Promise<ClusterClient> {
    const proxy = await fakeProxy(server);
    ends.push(proxy.close);
    const reach = accessTo("east", "https://api.inside:6443", authority.certificate, { token: shown });
    const one = connect(reach, { HTTPS_PROXY: proxy.url });
    ends.push(() => one.close());
    return one;
  }

  const success = message(3, JSON.stringify({ status: "Success" }));

  it("gives what it wrote, through a proxy, with the kubeconfig's credentials", async () => {
    const server = await saying(message(1, "ver"), message(2, "a word"), message(1, "sion: v1"), success);
    const written = await (await client(server)).exec(target, ["curl", "-s", "http://x?a=b"], 5_000);
    assert.equal(written, "version: v1");
    assert.deepEqual(server.requests, [
      "/api/v1/namespaces/sample/pods/client/exec?container=main&stdout=true&stderr=true&command=curl&command=-s&command=http%3A%2F%2Fx%3Fa%3Db",
    ]);
  });

  it("is run over an API server at an IPv6 address", async () => {
    const server = await sayingAt("::1", "::1", [message(1, "version: v1"), success]);
    const one = connect(accessTo("east", server.url, authority.certificate, { token }), {});
    ends.push(() => one.close());
    assert.equal(await one.exec(target, ["curl"], 5_000), "version: v1");
  });

  for (const [what, messages, reason] of [
    [
      "ends with another code",
      [message(2, "no route\n"), message(3, JSON.stringify({ status: "Failure", message: "exit code 7" }))],
      "curl: no route",
    ],
    [
      "ends with another code and says nothing",
      [message(3, JSON.stringify({ status: "Failure", message: "exit code 7" }))],
      "curl: exit code 7",
    ],
    ["loses its connection", ["hang-up"], "curl: the connection closed before the command ended"],
    ["does not end", [message(1, "x")], "curl: not finished after 0.3 s"],
  ] as const) {
    it(`fails when it ${what}`, async () => {
      const one = await client(await saying(...messages));
      await assert.rejects(one.exec(target, ["curl"], 300), { name: CommandFailed.name, message: reason });
    });
  }

  it("fails when the API server refuses it", async () => {
    const one = await client(await saying(success), "stale");
    await assert.rejects(one.exec(target, ["curl"], 5_000), { message: "curl: the API server answers 401" });
  });
});
