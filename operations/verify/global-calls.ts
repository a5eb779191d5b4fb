import { isRequestProtocol, type MeshPlan } from "../../topology";
import { CommandFailed, type ClusterClient } from "../../access";
import { limited } from "../limited";
import { curlFrom } from "./calls";
import type { Sample } from "./sample";
import { oneLine } from "./transfers";

/** A server may take its time for what it was not made for; a proxy says at once that there is none. */
const requestTimeoutSeconds = 5;

/** How much longer than its call a command in a pod may take. */
const execAllowanceMs = 7_000;

/** So many calls at once from one client. */
const concurrentCalls = 6;

/** A global name as it is called from a cluster. */
export interface CalledName {
  readonly host: string;
  readonly port: number;
  /** `connection`: the port is TCP, of which no more is known than whether it stays open. */
  readonly by: "request" | "connection";
  /** How long a proxy waits for a connection, in seconds. */
  readonly connectTimeoutSeconds: number;
}

/** A name that was not answered, and what came instead. */
export interface UnansweredName {
  readonly host: string;
  readonly found: string;
}

/**
 * The global names that all workloads of a cluster know, each by one of its ports: one that takes requests, else TCP. Those
 * that are exported to some namespaces alone are not known to the sample's. Pure.
 */
export function globalNamesFrom(plan: MeshPlan, cluster: string): CalledName[] {
  const reaches = plan.clusters.find(({ name }) => name === cluster)?.reaches ?? [];
  return plan.globalServices.services.flatMap(({ exportTo, failover, homes, names, ports }) => {
    if (exportTo !== undefined) return [];
    const request = ports.find(({ protocol }) => isRequestProtocol(protocol));
    const port = (request ?? ports[0])?.port;
    if (port === undefined) return [];
    const by = request === undefined ? "connection" : "request";
    const known = names.filter(({ pinned }) =>
      homes.some((home) => (pinned ?? home.cluster) === home.cluster && reaches.includes(home.cluster)),
    );
    return known.map(({ host }): CalledName => {
      return { host, port, by, connectTimeoutSeconds: failover.connectTimeoutSeconds };
    });
  });
}

/** Calls from the sample's clients by global names. A name that was answered once is not called again. */
export class GlobalCalls {
  private readonly answered = new Map<string, Set<string>>();

  constructor(private readonly sample: Pick<Sample, "namespace">) {}

  /** Calls the names from a cluster's client. @returns Those that nobody has answered yet. */
  async unanswered(client: ClusterClient, names: readonly CalledName[]): Promise<UnansweredName[]> {
    const answered = this.answered.get(client.name) ?? new Set();
    this.answered.set(client.name, answered);
    const left = names.filter(({ host }) => !answered.has(host));
    const found = await limited(concurrentCalls, left, async (name) => {
      const trouble = await (name.by === "request" ? this.request(client, name) : this.connection(client, name));
      if (trouble === undefined) answered.add(name.host);
      return { host: name.host, found: trouble };
    });
    return found.flatMap(({ found: trouble, host }) => (trouble === undefined ? [] : [{ host, found: trouble }]));
  }

  /** Any status is an answer, but those by which a proxy says that it found no server. */
  private async request(client: ClusterClient, { host, port }: CalledName): Promise<string | undefined> {
    const words = [
      "--max-time",
      String(requestTimeoutSeconds),
      // So that who reads a server's log knows who it was.
      "-H",
      "User-Agent: isthmus-verify",
      `http://${host}:${port}/`,
    ];
    const status = await this.curl(client, ["-o", "/dev/null", "-w", "%{http_code}", ...words], requestTimeoutSeconds);
    if ("trouble" in status) return status.trouble;
    if (!["502", "503", "504"].includes(status.written)) return undefined;
    const body = await this.curl(client, words, requestTimeoutSeconds);
    if ("trouble" in body) return body.trouble;
    return isOfProxy(body.written) ? `${status.written} ${oneLine(body.written)}`.trim() : undefined;
  }

  /**
   * Nothing is sent: of FTP it is the server that speaks first, so that curl waits. A sidecar takes every connection and
   * ends it at once when it finds no server.
   */
  private async connection(
    client: ClusterClient,
    { connectTimeoutSeconds, host, port }: CalledName,
  ): Promise<string | undefined> {
    const seconds = connectTimeoutSeconds + 1;
    const came = await this.curl(client, ["--max-time", String(seconds), `ftp://${host}:${port}`], seconds);
    return "trouble" in came && isEnded(came.trouble) ? came.trouble : undefined;
  }

  private async curl(
    client: ClusterClient,
    words: readonly string[],
    seconds: number,
  ): Promise<{ readonly written: string } | { readonly trouble: string }> {
    try {
      return { written: await curlFrom(this.sample, client, words, seconds * 1_000 + execAllowanceMs) };
    } catch (error) {
      if (error instanceof CommandFailed) return { trouble: oneLine(error.reason) };
      throw error;
    }
  }
}

/** Envoy's own words where it found no server. It says nothing at all where it knows the name and nobody of it. */
function isOfProxy(body: string): boolean {
  return body.trim() === "" || /no healthy (?:upstream|host)|upstream (?:connect error|request timeout)/.test(body);
}

/**
 * Whether curl found the connection ended, or none: curl's exit codes 6 and 7, and 52, 55 and 56. Whatever else it does not
 * like came from a server, and where it waited in vain (28) the connection stayed open.
 */
function isEnded(words: string): boolean {
  const code = /curl: \((\d+)\)/.exec(words)?.[1];
  if (code === "28") return /resolv|connection timed out|failed to connect/i.test(words);
  return code === undefined || ["6", "7", "52", "55", "56"].includes(code);
}
