/** What we need of the WebSocket library, which brings no types. */
declare module "ws" {
  import type { Agent, IncomingMessage } from "node:http";

  export class WebSocket {
    constructor(
      url: URL,
      protocols: readonly string[],
      options: { agent: Agent; headers: Record<string, string | string[]>; handshakeTimeout: number },
    );
    on(event: "message", listener: (data: Buffer) => void): this;
    on(event: "close", listener: () => void): this;
    on(event: "error", listener: (error: Error) => void): this;
    on(event: "unexpected-response", listener: (request: unknown, response: IncomingMessage) => void): this;
    terminate(): void;
  }
}
