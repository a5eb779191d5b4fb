import { credentials, Client, Metadata } from "@grpc/grpc-js";
import { StringValue } from "google-protobuf/google/protobuf/wrappers_pb";
import { Agent } from "node:http";
import { connect, constants, type ClientHttp2Session } from "node:http2";
import { callHello, notAnAnswer, tooLate, usualAnswerWithinMs, type HelloTarget } from "./hello-call";

/**
 * How helloworld is called: by HTTP/1 over a new connection each time or over one that is kept, or by many streams at a time of
 * one connection of HTTP/2, plain or as gRPC.
 */
export type CallWay = "new connections" | "kept connection" | "HTTP/2" | "gRPC";

/** Calls helloworld in one way, until it is closed. */
export interface HelloCaller {
  /** Whether a call begins only after the one before it has ended. */
  readonly isOneByOne: boolean;
  /** @returns The answer. @throws Error with what came instead. */
  readonly call: () => Promise<string>;
  readonly close: () => void;
}

/** A caller of a target in one way. */
export function helloCaller(target: HelloTarget, way: CallWay): HelloCaller {
  switch (way) {
    case "new connections":
      return { isOneByOne: false, call: () => callHello(target, false, asItIs), close: () => undefined };
    case "kept connection": {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      return { isOneByOne: true, call: () => callHello(target, agent, asItIs), close: () => agent.destroy() };
    }
    case "HTTP/2":
      return new Http2Caller(target);
    case "gRPC":
      return new GrpcCaller(target);
  }
}

const asItIs = (body: string): string => body;

class Http2Caller implements HelloCaller {
  readonly isOneByOne = false;
  private session: ClientHttp2Session | undefined;

  constructor(private readonly target: HelloTarget) {}

  async call(): Promise<string> {
    const { answerWithinMs = usualAnswerWithinMs, host } = this.target;
    const stream = this.open().request({ ":path": "/hello", ":authority": host });
    let status: number | undefined;
    stream.once("response", (headers) => (status = headers[":status"]));
    const limit = setTimeout(() => stream.destroy(tooLate(answerWithinMs)), answerWithinMs);
    try {
      let body = "";
      for await (const data of stream) body += (data as Buffer).toString();
      if (stream.rstCode !== constants.NGHTTP2_NO_ERROR) throw new Error(`reset with code ${stream.rstCode}`);
      if (status === undefined) throw new Error("the connection was closed without an answer");
      if (status !== 200) throw notAnAnswer(status, body);
      return body;
    } finally {
      clearTimeout(limit);
    }
  }

  close(): void {
    this.session?.destroy();
  }

  /** The session that there is, else another one: one that is told to go takes no more streams. */
  private open(): ClientHttp2Session {
    if (this.session !== undefined) return this.session;
    const session = connect(`http://${this.target.address}:${this.target.port}`);
    const forget = (): void => {
      if (this.session === session) this.session = undefined;
    };
    session.once("goaway", forget);
    session.once("close", forget);
    // Its streams fail with it, and say so.
    session.once("error", forget);
    this.session = session;
    return session;
  }
}

/** By gRPC's own example, helloworld.proto, of which the messages are on the wire what a StringValue is. */
class GrpcCaller implements HelloCaller {
  readonly isOneByOne = false;
  private readonly client: Client;

  constructor(private readonly target: HelloTarget) {
    const { address, host, port } = target;
    this.client = new Client(`${address}:${port}`, credentials.createInsecure(), { "grpc.default_authority": host });
  }

  call(): Promise<string> {
    const { answerWithinMs = usualAnswerWithinMs } = this.target;
    return new Promise((resolve, reject) => {
      this.client.makeUnaryRequest(
        "/helloworld.Greeter/SayHello",
        (value: StringValue) => Buffer.from(value.serializeBinary()),
        (bytes) => StringValue.deserializeBinary(bytes).getValue(),
        new StringValue(),
        new Metadata(),
        { deadline: Date.now() + answerWithinMs },
        (error, said) => {
          if (error !== null) reject(error);
          else resolve(said ?? "");
        },
      );
    });
  }

  close(): void {
    this.client.close();
  }
}
