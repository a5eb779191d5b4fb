import { Server, ServerCredentials, status, type ServiceError } from "@grpc/grpc-js";
import { StringValue } from "google-protobuf/google/protobuf/wrappers_pb";
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server as HttpServer } from "node:http";
import { createServer as createHttp2Server } from "node:http2";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";
import { helloCaller, type CallWay } from "../../lab/hello-callers";

const answer = "Hello version: v1, instance: pod-1\n";
/** So long a server is waited for that hangs; one that answers may take as long as a busy machine does. */
const hangingForMs = 200;

/** What a server does with a call. */
type Behaviour = "answers" | "refuses" | "hangs";

interface StartedServer {
  readonly port: number;
  /** Connections that it has taken so far. */
  readonly connections: () => number;
  readonly close: () => void;
}

async function startHttp(server: HttpServer | ReturnType<typeof createHttp2Server>): Promise<StartedServer> {
  let connections = 0;
  const sockets = new Set<{ destroy: () => void }>();
  server.on("connection", (socket: { destroy: () => void }) => {
    connections += 1;
    sockets.add(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { port: (server.address() as AddressInfo).port, connections: () => connections, close };
}

const startHttp1 = (behaviour: Behaviour): Promise<StartedServer> =>
  startHttp(
    createServer((_request, response) => {
      if (behaviour === "answers") response.end(answer);
      if (behaviour === "refuses") response.writeHead(503).end("no healthy upstream");
    }),
  );

const startHttp2 = (behaviour: Behaviour): Promise<StartedServer> =>
  startHttp(
    createHttp2Server((_request, response) => {
      if (behaviour === "answers") response.end(answer);
      if (behaviour === "refuses") response.writeHead(503).end("no healthy upstream");
    }),
  );

async function startGrpc(behaviour: Behaviour): Promise<StartedServer> {
  const server = new Server();
  const sayHello = {
    path: "/helloworld.Greeter/SayHello",
    requestStream: false,
    responseStream: false,
    requestSerialize: (value: StringValue) => Buffer.from(value.serializeBinary()),
    requestDeserialize: (bytes: Buffer) => StringValue.deserializeBinary(bytes),
    responseSerialize: (value: StringValue) => Buffer.from(value.serializeBinary()),
    responseDeserialize: (bytes: Buffer) => StringValue.deserializeBinary(bytes),
  };
  server.addService(
    { sayHello },
    {
      sayHello: (_call: unknown, reply: (error: Partial<ServiceError> | null, value?: StringValue) => void) => {
        if (behaviour === "answers") reply(null, new StringValue().setValue(answer));
        if (behaviour === "refuses") reply({ code: status.UNAVAILABLE, details: "no healthy upstream" });
      },
    },
  );
  const bind = promisify(server.bindAsync.bind(server));
  const port = await bind("127.0.0.1:0", ServerCredentials.createInsecure());
  return { port, connections: () => NaN, close: () => server.forceShutdown() };
}

const starts: Readonly<Record<CallWay, (behaviour: Behaviour) => Promise<StartedServer>>> = {
  "new connections": startHttp1,
  "kept connection": startHttp1,
  "HTTP/2": startHttp2,
  gRPC: startGrpc,
};

async function withCaller<Result>(
  way: CallWay,
  behaviour: Behaviour,
  act: (call: () => Promise<string>, server: StartedServer) => Promise<Result>,
): Promise<Result> {
  const server = await starts[way](behaviour);
  const limit = behaviour === "hangs" ? { answerWithinMs: hangingForMs } : {};
  const caller = helloCaller({ address: "127.0.0.1", port: server.port, host: "foo.global", ...limit }, way);
  try {
    return await act(() => caller.call(), server);
  } finally {
    caller.close();
    server.close();
  }
}

for (const way of Object.keys(starts) as CallWay[]) {
  describe(`a caller of helloworld: ${way}`, () => {
    it("says what is answered", async () => {
      assert.deepEqual(await withCaller(way, "answers", async (call) => [await call(), await call()]), [
        answer,
        answer,
      ]);
    });

    it("says what came instead", async () => {
      await assert.rejects(
        withCaller(way, "refuses", (call) => call()),
        /(503|UNAVAILABLE).*no healthy upstream/,
      );
    });

    it("waits no longer than it is told", async () => {
      const began = performance.now();
      await assert.rejects(
        withCaller(way, "hangs", (call) => call()),
        /no answer within 200 ms|DEADLINE_EXCEEDED/,
      );
      assert.ok(performance.now() - began > hangingForMs - 20);
    });
  });
}

describe("connections of callers of helloworld", () => {
  const twice = (way: CallWay): Promise<number> =>
    withCaller(way, "answers", async (call, server) => {
      await call();
      await call();
      return server.connections();
    });

  it("are one for each call, or one for all", async () => {
    assert.equal(await twice("new connections"), 2);
    assert.equal(await twice("kept connection"), 1);
    assert.equal(await twice("HTTP/2"), 1);
  });

  it("are made anew where one has broken", async () => {
    const { close, port } = await startHttp2("answers");
    const caller = helloCaller({ address: "127.0.0.1", port, host: "foo.global" }, "HTTP/2");
    assert.equal(await caller.call(), answer);
    close();
    await assert.rejects(caller.call(), /closed without an answer|ECONNREFUSED|reset with code/);
    caller.close();
  });
});
