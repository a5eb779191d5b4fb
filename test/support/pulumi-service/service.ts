import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import { errorAnswer, ServiceError, type Answer } from "./answer";
import {
  CutConnection,
  Faults,
  type Fault,
  type HeldRequest,
  type RecordedRequest,
  type RequestMatch,
} from "./requests";
import { routes, type Route } from "./routes";
import { Environments } from "./environments";
import { Stacks } from "./stacks";

/** How the service is to be. */
export interface ServiceOptions {
  /** Organizations to which every user belongs, beside the user's own. Default: none. */
  readonly organizations?: readonly string[];
  /** How long a lease lasts that is not renewed, in seconds. Default: 300, as Pulumi Cloud's. */
  readonly leaseSeconds?: number;
  /**
   * Size, in bytes, from which on the CLI sends a state as the difference to the last one. Default: it always sends the
   * whole. The CLI 3.250.0 leaves out up to nine operations under way from what it sends in this way.
   */
  readonly deltaCutoffBytes?: number;
}

/** Who uses the service, and by which token it is known. */
export interface ServiceUser {
  readonly name: string;
  readonly token: string;
}

/**
 * A service in this process that speaks the protocol of Pulumi Cloud as far as the CLI needs it to keep stacks: accounts,
 * stacks, updates with their leases, states, secrets, environments. It offers neither journals nor policies or
 * deployments. Facts about the protocol: pulumi 3.250.0, pkg/backend/httpstate/client and sdk/go/common/apitype;
 * of environments, the package esc, environment.go and value.go.
 */
export class PulumiService {
  readonly stacks = new Stacks();
  readonly environments = new Environments();
  /** All requests, in the order in which they came. */
  readonly requests: RecordedRequest[] = [];
  private readonly users: ServiceUser[] = [];
  private readonly faults = new Faults();
  private passedMs = 0;
  private readonly server = createServer((request, response) => void this.handle(request, response));

  private constructor(private readonly options: ServiceOptions) {}

  static async start(options: ServiceOptions = {}): Promise<PulumiService> {
    const service = new PulumiService(options);
    await once(service.server.listen(0, "127.0.0.1"), "listening");
    return service;
  }

  /** What PULUMI_BACKEND_URL is to be. */
  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** What time it is for the service, in milliseconds since 1970. */
  get nowMs(): number {
    return Date.now() + this.passedMs;
  }

  get leaseMs(): number {
    return (this.options.leaseSeconds ?? 300) * 1000;
  }

  /** Requests that the service does not know how to answer. */
  get unknownRequests(): readonly string[] {
    return this.requests.flatMap(({ method, path }) =>
      match(method, path) === undefined ? [`${method} ${path}`] : [],
    );
  }

  addUser(name: string): ServiceUser {
    const user = { name, token: `pul-${randomBytes(20).toString("hex")}` };
    this.users.push(user);
    return user;
  }

  /** Lets time pass for the service: leases that nobody renews run out. */
  passTime(seconds: number): void {
    this.passedMs += seconds * 1000;
  }

  /** Lets requests go wrong. */
  inject(which: RequestMatch, fault: Fault): void {
    this.faults.add(which, fault);
  }

  /** Lets a request wait. */
  hold(which: RequestMatch): HeldRequest {
    return this.faults.hold({ times: 1, ...which });
  }

  /** Ends all that was to go wrong. What is held stays so until it is released. */
  heal(): void {
    this.faults.clear();
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, "close");
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const recorded = await this.record(request);
      const treatments = this.faults.treatmentsOf(recorded);
      const { status, body } = await this.answerTo(recorded, request.headers.authorization ?? "", treatments);
      if (treatments.some(({ isAnswerLost }) => isAnswerLost)) throw new CutConnection();
      recorded.status = status;
      response.writeHead(status, { "content-type": "application/json" });
      response.end(body === undefined ? undefined : JSON.stringify(body));
    } catch (error) {
      // A CLI that was killed says no more.
      const isGone = request.destroyed && !request.complete;
      if (!(error instanceof CutConnection) && !isGone) throw error;
      request.socket.destroy();
    }
  }

  private async record(request: IncomingMessage): Promise<RecordedRequest> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const bytes = Buffer.concat(chunks);
    const { pathname, searchParams } = new URL(request.url ?? "", this.url);
    const recorded: RecordedRequest = {
      method: request.method ?? "",
      path: decodeURIComponent(pathname),
      query: searchParams,
      user: this.userOf(request.headers.authorization ?? "")?.name,
      body: (request.headers["content-encoding"] === "gzip" ? gunzipSync(bytes) : bytes).toString(),
    };
    this.requests.push(recorded);
    return recorded;
  }

  private async answerTo(
    request: RecordedRequest,
    authorization: string,
    treatments: ReturnType<Faults["treatmentsOf"]>,
  ): Promise<Answer> {
    try {
      for (const treatment of treatments) await treatment.before(request);
      return this.rightAnswer(request, authorization);
    } catch (error) {
      if (error instanceof ServiceError) return error.answer;
      throw error;
    }
  }

  private rightAnswer({ method, path, query, body }: RecordedRequest, authorization: string): Answer {
    const user = this.userOf(authorization);
    const [, updateToken = ""] = /^update-token (.+)$/.exec(authorization) ?? [];
    const found = match(method, path);
    const isKnown = found?.route.bears === "lease" ? updateToken !== "" : user !== undefined;
    if (!isKnown) return errorAnswer(401, "Unauthorized: No credentials provided or are invalid.");
    if (found === undefined) return errorAnswer(404, "Not Found");
    const { organizations = [], deltaCutoffBytes } = this.options;
    return found.route.answer({
      stacks: this.stacks,
      environments: this.environments,
      user: user?.name ?? "",
      organizations: [...(user === undefined ? [] : [user.name]), ...organizations],
      updateToken,
      parameters: found.parameters,
      query,
      body,
      nowMs: this.nowMs,
      leaseMs: this.leaseMs,
      capabilities: capabilities(deltaCutoffBytes),
    });
  }

  private userOf(authorization: string): ServiceUser | undefined {
    return this.users.find(({ token }) => authorization === `token ${token}`);
  }
}

/** What answers a request; undefined where the service does not know. */
function match(method: string, path: string): { route: Route; parameters: Record<string, string> } | undefined {
  const route = routes.find((one) => one.method === method && one.path.test(path));
  return route && { route, parameters: { ...route.path.exec(path)?.groups } };
}

function capabilities(deltaCutoffBytes: number | undefined): readonly object[] {
  return [
    { capability: "batch-encrypt" },
    { capability: "deployment-schema-version", version: 1, configuration: { version: 4 } },
    ...(deltaCutoffBytes === undefined
      ? []
      : [
          {
            capability: "delta-checkpoint-uploads-v2",
            version: 2,
            configuration: { checkpointCutoffSizeBytes: deltaCutoffBytes },
          },
        ]),
  ];
}
