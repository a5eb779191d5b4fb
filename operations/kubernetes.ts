import type { OutgoingHttpHeaders } from "node:http";
import * as https from "node:https";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import type { KubeConfig, V1Status } from "@kubernetes/client-node";
import { credentialTurn } from "../access";

/** What operations need of a cluster's API server. Small on purpose: a test stands in for it with a map of paths. */
export interface ClusterClient {
  /** The cluster's name in the mesh. */
  readonly name: string;
  /** Reads one object, or whatever the path answers, as JSON. */
  get<T>(path: string): Promise<T>;
  /** Reads a collection. */
  list<T>(path: string, query?: Readonly<Record<string, string>>): Promise<readonly T[]>;
  /** Creates an object in the collection at the path. */
  create(path: string, object: object): Promise<void>;
  /** Changes an object by a JSON Patch (RFC 6902): all of it, or nothing. */
  patch(path: string, operations: readonly PatchOperation[]): Promise<void>;
  /** Deletes an object; one that is not there is as good as deleted. */
  remove(path: string): Promise<void>;
  /**
   * Runs a command in a container and gives what it wrote to its standard output.
   * @throws CommandFailed when the command ends with another code than 0.
   */
  exec(target: ExecTarget, command: readonly string[], timeoutMs: number): Promise<string>;
}

/** One step of a JSON Patch. */
export type PatchOperation =
  | { readonly op: "add" | "replace" | "test"; readonly path: string; readonly value: unknown }
  | { readonly op: "remove"; readonly path: string };

/** A container of a running pod. */
export interface ExecTarget {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

/** The API server refused a request, or could not be asked. The message holds no credentials. */
export class KubernetesError extends Error {
  constructor(
    readonly method: string,
    readonly path: string,
    /** HTTP status; undefined when there was no answer at all. */
    readonly status: number | undefined,
    readonly reason: string,
  ) {
    super(`${method} ${path}: ${reason}`);
    this.name = "KubernetesError";
  }
}

/** A command that was run in a container ended with an error. */
export class CommandFailed extends Error {
  constructor(
    readonly command: string,
    readonly reason: string,
  ) {
    super(`${command}: ${reason}`);
    this.name = "CommandFailed";
  }
}

/**
 * Under this name Pulumi's Kubernetes provider makes objects, and takes over what others of the name have changed
 * (pulumi-kubernetes, fixCSAFieldManagers): a field that we put back must not be one that it then refuses to touch.
 */
const patchManager = "pulumi-kubernetes";

/** A request that takes longer is given up: an API server that is well answers ours within tens of milliseconds. */
const requestTimeoutMs = 10_000;

/**
 * A client for the current context of a kubeconfig.
 * @param name The cluster's name in the mesh.
 * @param kubeconfig The kubeconfig's text.
 */
export async function connect(name: string, kubeconfig: string): Promise<ClusterClient> {
  // Imported here: the library takes a third of a second to load, which `isthmus --help` need not wait for.
  const { KubeConfig, Exec } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  config.loadFromString(kubeconfig);
  const server = config.getCurrentCluster()?.server;
  if (server === undefined) throw new TypeError(`the kubeconfig of cluster ${name} names no cluster`);
  const request = await requester(config, server);

  return {
    name,
    get: (path) => request("GET", path),
    async list<T>(path: string, query: Readonly<Record<string, string>> = {}) {
      const search = new URLSearchParams(query).toString();
      const { items } = await request<{ items: T[] }>("GET", search === "" ? path : `${path}?${search}`);
      return items;
    },
    async create(path, object) {
      await request("POST", path, object);
    },
    async patch(path, operations) {
      await request("PATCH", `${path}?fieldManager=${patchManager}`, operations);
    },
    async remove(path) {
      await request("DELETE", path).catch((error: unknown) => {
        if (!isNotFound(error)) throw error;
      });
    },
    async exec(target, command, timeoutMs) {
      const stdout = new PassThrough();
      const stderr = new PassThrough();
      const words = command.join(" ");
      const output = Promise.all([text(stdout), text(stderr)]);
      let socket: Socket | undefined;
      try {
        const status = await within(timeoutMs, words, (resolve: (status: V1Status) => void, reject) => {
          new Exec(config)
            .exec(target.namespace, target.pod, target.container, [...command], stdout, stderr, null, false, resolve)
            .then((opened: Socket) => {
              socket = opened;
              opened.onclose = () => reject(new CommandFailed(words, "the connection closed before the command ended"));
            })
            .catch((error: unknown) => reject(new CommandFailed(words, reasonOf(error))));
        });
        stdout.end();
        stderr.end();
        const [written, complaint] = await output;
        if (status.status !== "Success") {
          throw new CommandFailed(words, [status.message ?? "failed", complaint.trim()].filter(Boolean).join(": "));
        }
        return written;
      } finally {
        socket?.close();
        stdout.end();
        stderr.end();
      }
    },
  };
}

/** What we need of the WebSocket library, which brings no types. */
interface Socket {
  close(): void;
  onclose: (() => void) | null;
}

/** Whether the API server said that there is no such object. */
export function isNotFound(error: unknown): boolean {
  return error instanceof KubernetesError && error.status === 404;
}

/** Whether an object is there. */
export async function isPresent(client: ClusterClient, path: string): Promise<boolean> {
  try {
    await client.get(path);
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}

/** Between two looks at an object that is awaited. */
const pollMs = 100;

/**
 * Waits until an object that was deleted is gone.
 * @throws Error when it is still there after the time: something holds it.
 */
export async function untilGone(client: ClusterClient, path: string, timeoutMs = 60_000): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (await isPresent(client, path)) {
    if (performance.now() > deadline)
      throw new Error(`${client.name}: ${path} is not gone after ${timeoutMs / 1000} s`);
    await delay(pollMs);
  }
}

type Method = "GET" | "POST" | "PATCH" | "DELETE";

type Requester = <T>(method: Method, path: string, body?: object) => Promise<T>;

async function requester(config: KubeConfig, server: string): Promise<Requester> {
  const options: https.RequestOptions = {};
  const apply = (): Promise<void> => config.applyToHTTPSOptions(options);
  await (config.getCurrentUser()?.exec === undefined ? apply() : credentialTurn(apply));
  const base = server.replace(/\/$/, "");

  return async <T>(method: Method, path: string, body?: object): Promise<T> => {
    const shown = path.split("?")[0] ?? path;
    const answer = await new Promise<{ status: number; body: string }>((resolve, reject) => {
      const request = https.request(
        `${base}${path}`,
        {
          ...options,
          method,
          timeout: requestTimeoutMs,
          headers: {
            ...(options.headers as OutgoingHttpHeaders | undefined),
            accept: "application/json",
            "content-type": method === "PATCH" ? "application/json-patch+json" : "application/json",
          },
        },
        (response) => {
          text(response).then((received) => resolve({ status: response.statusCode ?? 0, body: received }), reject);
        },
      );
      request.on("timeout", () => request.destroy(new Error(`no answer in ${requestTimeoutMs / 1000} s`)));
      request.on("error", reject);
      request.end(body === undefined ? undefined : JSON.stringify(body));
    }).catch((error: unknown) => {
      throw new KubernetesError(method, shown, undefined, reasonOf(error));
    });
    if (answer.status >= 400) {
      throw new KubernetesError(method, shown, answer.status, messageOf(answer.body) ?? `HTTP ${answer.status}`);
    }
    return JSON.parse(answer.body) as T;
  };
}

/** The API server's own words for a refusal, from the Status object that it answers with. */
function messageOf(body: string): string | undefined {
  try {
    const status = JSON.parse(body) as Partial<V1Status>;
    return status.message;
  } catch {
    // Not the API server's answer but some proxy's: the HTTP status says what is known.
    return undefined;
  }
}

/** A promise that somebody else settles, within a time. */
async function within<T>(
  timeoutMs: number,
  what: string,
  start: (resolve: (value: T) => void, reject: (error: Error) => void) => void,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<T>((resolve, reject) => {
      timer = setTimeout(() => reject(new CommandFailed(what, `not finished after ${timeoutMs / 1000} s`)), timeoutMs);
      start(resolve, reject);
    });
  } finally {
    clearTimeout(timer);
  }
}

/** A WebSocket's error is an event with a message; a connection tried at several addresses has one error for each. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  if (error instanceof Error) return error.message || error.name;
  if (typeof error === "object" && error !== null && "message" in error) return String(error.message);
  return String(error);
}
