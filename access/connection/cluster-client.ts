import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import type { ClusterReach } from "../cluster-access";
import { readJson } from "../json";
import type { Environment } from "../kubeconfig/kubeconfig-file";
import { aheadMsOf } from "../../topology";
import { asMapping, below } from "../mapping";
import { apiServer, type ApiConnection, type ApiRequest } from "./api-server";
import { ConnectionError } from "./connection-error";
import { describeConnectionError, describeRefusal, type Words } from "./connection-problem";
import { runInContainer, type ExecTarget } from "./container-command";
import { CredentialError } from "./exec-credential";
import type { Answer } from "./http";
import { KubernetesError } from "./kubernetes-error";
import { settingsOf } from "./settings";

/** What operations need of a cluster's API server. Small on purpose: a test stands in for it with a map of paths. */
export interface ClusterClient {
  /** The cluster's name in the mesh. */
  readonly name: string;
  /** Reads one object, or whatever the path answers, as JSON. */
  get<T>(path: string): Promise<T>;
  /** Reads whatever the path answers, as it is: a log, for one. */
  text(path: string): Promise<string>;
  /** Reads a collection. */
  list<T>(path: string, query?: Readonly<Record<string, string>>): Promise<readonly T[]>;
  /** Creates an object in the collection at the path. */
  create(path: string, object: object): Promise<void>;
  /** Gives what the API server answers to an object that it does not keep, such as a TokenRequest. */
  ask<T>(path: string, object: object): Promise<T>;
  /** Changes an object by a JSON Patch (RFC 6902): all of it, or nothing. */
  patch(path: string, operations: readonly PatchOperation[]): Promise<void>;
  /** Deletes an object; one that is not there is as good as deleted. */
  remove(path: string): Promise<void>;
  /**
   * Runs a command in a container and gives what it wrote to its standard output.
   * @throws CommandFailed when the command ends with another code than 0.
   */
  exec(target: ExecTarget, command: readonly string[], timeoutMs: number): Promise<string>;
  /** What a container has logged since a moment, to the second. */
  logs(target: ExecTarget, since: Date): Promise<string>;
  /**
   * By how much the API server's clock is ahead of this machine's, in milliseconds, as its answers so far have said it;
   * undefined where none has.
   */
  clockAheadMs(): number | undefined;
  /** Ends its connections. */
  close(): void;
}

/** One step of a JSON Patch. */
export type PatchOperation =
  | { readonly op: "add" | "replace" | "test"; readonly path: string; readonly value: unknown }
  | { readonly op: "remove"; readonly path: string };

/** A cluster that is to be reached. */
export interface NamedReach extends ClusterReach {
  /** Its name in the mesh. */
  readonly name: string;
}

/**
 * Under this name Pulumi's Kubernetes provider makes objects, and takes over what others of the name have changed
 * (pulumi-kubernetes, fixCSAFieldManagers): a field that we put back must not be one that it then refuses to touch.
 */
const patchManager = "pulumi-kubernetes";

/** Credentials that could not be had are not asked for again with every request of many. */
const failureCountsMs = 30_000;

/**
 * A client of one cluster. Nothing is asked, and no credential plugin run, before the first request; whatever keeps it
 * from the cluster is a KubernetesError of that request, so that one cluster's trouble is never another's.
 * @param environment Where proxies and authorities are looked up, and what credential plugins see. Default: the process's.
 */
export function connect(reach: NamedReach, environment: Environment = process.env): ClusterClient {
  const connection = new Connection(reach, environment);
  const request = async <T>(method: Method, path: string, json?: object, contentType?: string): Promise<T> =>
    connection.json({ method, path, json, ...(contentType === undefined ? {} : { contentType }) }) as Promise<T>;
  return {
    name: reach.name,
    get: (path) => request("GET", path),
    text: (path) => connection.text({ method: "GET", path }),
    async list<T>(path: string, query: Readonly<Record<string, string>> = {}) {
      const search = new URLSearchParams(query).toString();
      return itemsOf(path, await request<unknown>("GET", search === "" ? path : `${path}?${search}`)) as T[];
    },
    async create(path, object) {
      await request("POST", path, object);
    },
    ask: (path, object) => request("POST", path, object),
    async patch(path, operations) {
      await request("PATCH", `${path}?fieldManager=${patchManager}`, operations, "application/json-patch+json");
    },
    async remove(path) {
      await request("DELETE", path).catch((error: unknown) => {
        if (!isNotFound(error)) throw error;
      });
    },
    exec: (target, command, timeoutMs) => connection.exec(target, command, timeoutMs),
    logs({ namespace, pod, container }, since) {
      const query = new URLSearchParams({ container, sinceTime: `${since.toISOString().slice(0, 19)}Z` });
      const path = `/api/v1/namespaces/${namespace}/pods/${pod}/log?${query.toString()}`;
      return connection.text({ method: "GET", path });
    },
    clockAheadMs: () => connection.clockAheadMs,
    close: () => {
      connection.close();
    },
  };
}

/** What answers in an API server's place, a proxy's page for one, must not look like a mistake of ours. */
function itemsOf(path: string, answer: unknown): unknown[] {
  // A server of its own kinds may leave an empty list out.
  const items = below(answer, "items") ?? (asMapping(answer)?.["kind"] === undefined ? undefined : []);
  if (!Array.isArray(items) || !items.every((item) => asMapping(item) !== undefined))
    throw new KubernetesError("GET", path, undefined, "answered with something that is no list of objects");
  return items;
}

/** Whether the API server said that there is no such object. */
export function isNotFound(error: unknown): boolean {
  return error instanceof KubernetesError && error.status === 404;
}

/** Reads one object; undefined where it is not there. */
export async function getIfThere<T>(client: Pick<ClusterClient, "get">, path: string): Promise<T | undefined> {
  try {
    return await client.get<T>(path);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** Whether an object is there. */
export async function isPresent(client: ClusterClient, path: string): Promise<boolean> {
  return (await getIfThere(client, path)) !== undefined;
}

/** Between two looks at an object that is awaited. */
const pollMs = 100;

/**
 * Waits until an object that was deleted is gone.
 * @throws KubernetesError when it is still there after the time: something holds it.
 */
export async function untilGone(client: ClusterClient, path: string, timeoutMs = 60_000): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (await isPresent(client, path)) {
    if (performance.now() > deadline)
      throw new KubernetesError("GET", path, undefined, `still there after ${timeoutMs / 1000} s`);
    await delay(pollMs);
  }
}

type Method = "GET" | "POST" | "PATCH" | "DELETE";

const statusSchema = z.object({ kind: z.literal("Status"), message: z.string() });

type Asked = ApiRequest & { readonly method: Method };

function refusal(
  { method, path }: Asked,
  status: number | undefined,
  reason: string,
  trouble?: Words,
  cause?: unknown,
): KubernetesError {
  return new KubernetesError(method, path.split("?")[0] ?? path, status, reason, trouble, { cause });
}

/** The API server of one cluster, opened when it is first needed. */
class Connection {
  #server: Promise<ApiConnection> | undefined;
  #clockAheadMs: number | undefined;

  constructor(
    private readonly reach: NamedReach,
    private readonly environment: Environment,
  ) {}

  get clockAheadMs(): number | undefined {
    return this.#clockAheadMs;
  }

  async json(asked: Asked): Promise<unknown> {
    const body = await this.text(asked);
    const content = readJson(body);
    if (content === undefined) {
      throw refusal(asked, 200, "an answer that is not the API server's", describeRefusal(0, this.#host));
    }
    return content;
  }

  /** The answer as it is. @throws KubernetesError where it is a refusal. */
  async text(asked: Asked): Promise<string> {
    let answer: { readonly status: number; readonly body: string };
    try {
      const server = await this.#opened();
      answer = await this.#heard(server.request(asked));
    } catch (error) {
      const trouble = this.#words(error);
      throw refusal(asked, undefined, trouble.found, trouble, error);
    }
    const { status, body } = answer;
    if (status < 400) return body;
    // Not the API server's own words but some proxy's: the HTTP status says what is known.
    const said = statusSchema.safeParse(readJson(body)).data?.message ?? `HTTP ${status}`;
    const isOfTheServer = status === 401 || status === 429 || status >= 500;
    throw refusal(asked, status, said, isOfTheServer ? describeRefusal(status, this.#host) : undefined);
  }

  async exec(target: ExecTarget, command: readonly string[], timeoutMs: number): Promise<string> {
    let server: ApiConnection;
    try {
      server = await this.#opened();
    } catch (error) {
      const trouble = this.#words(error);
      throw new KubernetesError(
        "GET",
        `/api/v1/namespaces/${target.namespace}/pods/${target.pod}/exec`,
        undefined,
        trouble.found,
        trouble,
        { cause: error },
      );
    }
    return runInContainer(server, target, command, timeoutMs);
  }

  close(): void {
    void this.#server?.then(
      (server) => server.close(),
      () => undefined,
    );
    this.#server = undefined;
  }

  /** Of answers the one counts that was quickest: whatever time one takes, it seems to be behind by. */
  async #heard(asked: Promise<Answer>): Promise<Answer> {
    const answer = await asked;
    const aheadMs = aheadMsOf(answer.date, Date.now());
    if (aheadMs !== undefined) this.#clockAheadMs = Math.max(aheadMs, this.#clockAheadMs ?? aheadMs);
    return answer;
  }

  #opened(): Promise<ApiConnection> {
    if (this.#server !== undefined) return this.#server;
    const opened = apiServer(this.reach, this.environment);
    this.#server = opened;
    opened.catch(() =>
      setTimeout(() => {
        if (this.#server === opened) this.#server = undefined;
      }, failureCountsMs).unref(),
    );
    return opened;
  }

  get #host(): string {
    return settingsOf(this.reach, this.environment).server.host;
  }

  #words(error: unknown): Words {
    if (error instanceof CredentialError) {
      const { found, fix } = error;
      return { expected: `credentials for ${this.#host}`, found, fix };
    }
    if (!(error instanceof ConnectionError)) throw error;
    return describeConnectionError(error, this.#host);
  }
}
