import { KubernetesError, type ClusterClient, type ExecTarget, type PatchOperation } from "../../access";

/** What a stand-in for a cluster answers. */
export interface FakeCluster {
  /** Objects, and lists of objects, by path. A list is asked for without its query. */
  readonly objects?: Record<string, unknown>;
  /** What keeps an object or a list from being read, by path. Default: nothing. */
  readonly refusals?: Readonly<Record<string, KubernetesError>>;
  /** Answers of commands in containers. */
  readonly exec?: (target: ExecTarget, command: readonly string[]) => string | Promise<string>;
  /** What containers have logged since a moment. Default: nothing. */
  readonly logs?: (target: ExecTarget, since: Date) => string;
  /** Answers to objects that are not kept, by path. Default: not found. */
  readonly answers?: Readonly<Record<string, (object: object) => unknown>>;
  /** By how much its clock is ahead. Default: it does not say. */
  readonly clockAheadMs?: number;
}

/** A request that was made of a stand-in. */
export interface RecordedRequest {
  readonly method: "create" | "ask" | "patch" | "remove";
  readonly path: string;
  readonly object?: object;
  readonly operations?: readonly PatchOperation[];
}

/** A stand-in for a cluster's API server: answers from a map, and remembers what was changed. */
export class FakeClient implements ClusterClient {
  readonly requests: RecordedRequest[] = [];

  constructor(
    readonly name: string,
    private readonly cluster: FakeCluster = {},
  ) {}

  get<T>(path: string): Promise<T> {
    const refusal = this.cluster.refusals?.[path];
    if (refusal !== undefined) return Promise.reject(refusal);
    if (this.requests.some((request) => request.method === "remove" && request.path === path)) {
      return Promise.reject(new KubernetesError("GET", path, 404, "removed"));
    }
    const found = this.cluster.objects?.[path];
    if (found === undefined) return Promise.reject(new KubernetesError("GET", path, 404, "not found"));
    return Promise.resolve(found as T);
  }

  text(path: string): Promise<string> {
    return this.get<string>(path);
  }

  list<T>(path: string): Promise<readonly T[]> {
    const refusal = this.cluster.refusals?.[path];
    if (refusal !== undefined) return Promise.reject(refusal);
    return Promise.resolve((this.cluster.objects?.[path] ?? []) as readonly T[]);
  }

  create(path: string, object: object): Promise<void> {
    this.requests.push({ method: "create", path, object });
    return Promise.resolve();
  }

  ask<T>(path: string, object: object): Promise<T> {
    const answer = this.cluster.answers?.[path];
    if (answer === undefined) return Promise.reject(new KubernetesError("POST", path, 404, "not found"));
    this.requests.push({ method: "ask", path, object });
    return Promise.resolve(answer(object) as T);
  }

  patch(path: string, operations: readonly PatchOperation[]): Promise<void> {
    this.requests.push({ method: "patch", path, operations });
    return Promise.resolve();
  }

  remove(path: string): Promise<void> {
    this.requests.push({ method: "remove", path });
    return Promise.resolve();
  }

  logs(target: ExecTarget, since: Date): Promise<string> {
    return Promise.resolve(this.cluster.logs?.(target, since) ?? "");
  }

  clockAheadMs(): number | undefined {
    return this.cluster.clockAheadMs;
  }

  close(): void {
    // Nothing is open.
  }

  async exec(target: ExecTarget, command: readonly string[]): Promise<string> {
    if (this.cluster.exec === undefined) throw new Error("no such container");
    return await this.cluster.exec(target, command);
  }
}
