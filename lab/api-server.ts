import { Agent, request } from "node:https";
import type { Credentials } from "./certificates";

/** A Kubernetes object as plain data. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly [key: string]: unknown };
  readonly [key: string]: unknown;
}

/** An answer that is not a success. */
export class ApiServerError extends Error {
  constructor(
    readonly status: number,
    what: string,
    message: string,
  ) {
    super(`${what}: ${status} ${message}`);
    this.name = "ApiServerError";
  }
}

/** Plurals that are not the kind in lower case with an s. */
const irregularPlurals: Readonly<Record<string, string>> = {
  PodSecurityPolicy: "podsecuritypolicies",
  NetworkPolicy: "networkpolicies",
};

const clusterWide = new Set([
  "Namespace",
  "Node",
  "ClusterRole",
  "ClusterRoleBinding",
  "CustomResourceDefinition",
  "ValidatingWebhookConfiguration",
]);

/** The path of an object in the API. */
export function objectPath({ apiVersion, kind, metadata }: KubernetesObject): string {
  const prefix = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const plural = irregularPlurals[kind] ?? `${kind.toLowerCase()}s`;
  const namespace = clusterWide.has(kind) ? "" : `/namespaces/${metadata.namespace ?? "default"}`;
  return `${prefix}${namespace}/${plural}/${metadata.name}`;
}

/** The few calls that the lab makes to one API server, over one kept-alive connection. */
export class ApiServer {
  readonly #agent: Agent;

  constructor(
    readonly url: string,
    authority: string,
    credentials: Credentials,
    /** How long one answer may take. */
    private readonly timeoutMs = 15_000,
  ) {
    this.#agent = new Agent({
      keepAlive: true,
      ca: authority,
      cert: credentials.certificate,
      key: credentials.key,
      maxSockets: 8,
    });
  }

  /** Ends the connections. */
  close(): void {
    this.#agent.destroy();
  }

  /** @returns whether the API server says that it is ready; false too while it does not listen yet. */
  async isReady(): Promise<boolean> {
    try {
      return (await this.#send("GET", "/readyz")).status === 200;
    } catch (error) {
      if (isPassing(error)) return false;
      throw error;
    }
  }

  /** @returns the object, or undefined when there is none. */
  async read(path: string): Promise<Record<string, unknown> | undefined> {
    const { status, body } = await this.#send("GET", path);
    if (status === 404) return undefined;
    if (status !== 200) throw new ApiServerError(status, `GET ${this.url}${path}`, messageOf(body));
    return JSON.parse(body) as Record<string, unknown>;
  }

  /** @returns whether a GET succeeds; for what the API server only hands on. */
  async answers(path: string): Promise<boolean> {
    return (await this.#send("GET", path)).status === 200;
  }

  /** Server-Side Apply: makes the object, or what we say of it, as wanted. */
  async apply(object: KubernetesObject): Promise<void> {
    const path = `${objectPath(object)}?fieldManager=isthmus-lab&force=true`;
    const { status, body } = await this.#send("PATCH", path, JSON.stringify(object), "application/apply-patch+yaml");
    if (status !== 200 && status !== 201) {
      throw new ApiServerError(status, `applying ${object.kind} ${object.metadata.name}`, messageOf(body));
    }
  }

  /** Deletes the object, if it is there. */
  async remove(path: string): Promise<void> {
    const { status, body } = await this.#send("DELETE", path);
    if (status !== 200 && status !== 202 && status !== 404) {
      throw new ApiServerError(status, `DELETE ${this.url}${path}`, messageOf(body));
    }
  }

  #send(
    method: string,
    path: string,
    content?: string,
    contentType?: string,
  ): Promise<{ status: number; body: string }> {
    return new Promise((resolve, reject) => {
      const headers =
        content === undefined ? {} : { "content-type": contentType, "content-length": Buffer.byteLength(content) };
      const call = request(
        new URL(path, this.url),
        { method, agent: this.#agent, headers, timeout: this.timeoutMs },
        (response) => {
          let body = "";
          response.setEncoding("utf8");
          response.on("data", (part: string) => (body += part));
          response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
          response.on("error", reject);
        },
      );
      call.on("timeout", () =>
        call.destroy(
          Object.assign(new Error(`${method} ${this.url}${path}: no answer within ${this.timeoutMs / 1000} s`), {
            code: "ETIMEDOUT",
          }),
        ),
      );
      call.on("error", reject);
      call.end(content);
    });
  }
}

/** How a connection fails to a server that is about to start, or to stop. */
const notYet = new Set(["ECONNREFUSED", "ECONNRESET", "EPIPE", "EHOSTUNREACH", "ENETUNREACH", "ETIMEDOUT"]);

/** Whether an error is one of those that an API server gives while it, or its etcd, is starting. */
export function isPassing(error: unknown): boolean {
  if (error instanceof ApiServerError) return error.status === 429 || error.status >= 500;
  const { code } = error as NodeJS.ErrnoException;
  return code !== undefined && notYet.has(code);
}

function messageOf(body: string): string {
  try {
    return (JSON.parse(body) as { message?: string }).message ?? body;
  } catch {
    return body.slice(0, 300);
  }
}
