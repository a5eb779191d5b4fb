import { z } from "zod";
import { readJson } from "../json";
import type { ApiConnection } from "./api-server";
import { connectionErrorOf } from "./connection-error";

/** A container of a running pod. */
export interface ExecTarget {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

/** A command that was run in a container ended with an error. */
export class CommandFailed extends Error {
  constructor(
    readonly command: string,
    /** What it wrote to its standard error; where that is nothing, what the API server says of its end. */
    readonly reason: string,
    /** HTTP status with which the API server refused to begin it; undefined where it did not. */
    readonly status?: number,
  ) {
    super(`${command}: ${reason}`);
    this.name = "CommandFailed";
  }
}

/** Streams of a command, as the first byte of each message tells them apart (Kubernetes, v4.channel.k8s.io). */
const [standardOutput, standardError, ending] = [1, 2, 3];

const protocol = "v4.channel.k8s.io";

const statusSchema = z.object({ status: z.string(), message: z.string().optional() });

/**
 * Runs a command in a container and gives what it wrote to its standard output. It goes by the WebSocket library alone:
 * the Kubernetes client's own would make a second connection, with other proxies and other credentials.
 * @throws CommandFailed when it ends with another code than 0, is not done in time, or cannot be begun.
 */
export async function runInContainer(
  server: ApiConnection,
  { namespace, pod, container }: ExecTarget,
  command: readonly string[],
  timeoutMs: number,
): Promise<string> {
  const words = command.join(" ");
  const query = new URLSearchParams([
    ["container", container],
    ["stdout", "true"],
    ["stderr", "true"],
    ...command.map((word): [string, string] => ["command", word]),
  ]);
  const path = `/api/v1/namespaces/${namespace}/pods/${pod}/exec?${query.toString()}`;
  const { url, agent, headers } = await server.opening(path);
  // Loaded here: most commands run nothing in a container.
  const { WebSocket } = await import("ws");
  url.protocol = "wss:";
  const socket = new WebSocket(url, [protocol], {
    agent,
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, typeof value === "string" ? value : [...value]]),
    ),
    handshakeTimeout: timeoutMs,
  });
  const written = new Map<number, Buffer[]>();
  const text = (channel: number): string => Buffer.concat(written.get(channel) ?? []).toString("utf8");
  let timer: NodeJS.Timeout | undefined;
  try {
    const status = await new Promise<z.output<typeof statusSchema>>((resolve, reject) => {
      const fail = (reason: string, refusedWith?: number): void =>
        reject(new CommandFailed(words, reason, refusedWith));
      timer = setTimeout(() => fail(`not finished after ${timeoutMs / 1000} s`), timeoutMs);
      socket.on("message", (data) => {
        const channel = data[0] ?? 0;
        written.set(channel, [...(written.get(channel) ?? []), data.subarray(1)]);
        const ended = channel === ending ? statusSchema.safeParse(readJson(text(ending))).data : undefined;
        if (ended !== undefined) resolve(ended);
      });
      socket.on("unexpected-response", (_request, { statusCode }) =>
        fail(`the API server answers ${statusCode}`, statusCode),
      );
      socket.on("error", (error) => fail(connectionErrorOf(error).message));
      socket.on("close", () => fail("the connection closed before the command ended"));
    });
    if (status.status === "Success") return text(standardOutput);
    // Kubernetes' own message repeats the whole command: it would push the command's own words out of a line.
    throw new CommandFailed(words, text(standardError).trim() || (status.message ?? "failed"));
  } finally {
    clearTimeout(timer);
    // What it says from here on is of no interest: it must not end the process.
    socket.on("error", () => undefined);
    socket.terminate();
  }
}
