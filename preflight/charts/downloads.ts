import type { Agent } from "node:http";
import { agentFor } from "../../access/connection/agent";
import { receive, type RawAnswer } from "../../access/connection/http";
import { proxyFor } from "../../access/connection/proxy";
import type { Environment } from "../../access/kubeconfig/kubeconfig-file";

/** How often a server may send us elsewhere. */
const mostRedirects = 5;

/** Downloads for the charts of one mesh, over shared connections; close it in the end. */
export class Downloads {
  readonly #agents = new Map<string, Agent>();

  /** @param timeoutMs How long a server may be silent, in milliseconds. */
  constructor(
    readonly environment: Environment,
    readonly timeoutMs: number,
  ) {}

  /**
   * What a URL gives, wherever it leads. Credentials go only to the host that they are for.
   * @throws ConnectionError when there is no answer.
   */
  async get(start: URL, headers: Readonly<Record<string, string>> = {}): Promise<RawAnswer> {
    let url = start;
    for (let redirects = 0; ; redirects++) {
      const { authorization, ...others } = headers;
      const sent = authorization === undefined || url.origin !== start.origin ? others : { authorization, ...others };
      const answer = await receive({
        url: bare(url),
        agent: this.#agentFor(url),
        headers: sent,
        timeoutMs: this.timeoutMs,
      });
      const { location } = answer.headers;
      const next =
        location === undefined || answer.status < 300 || answer.status > 399 ? undefined : nextUrl(location, url);
      if (next === undefined || redirects === mostRedirects) return answer;
      url = next;
    }
  }

  close(): void {
    for (const agent of this.#agents.values()) agent.destroy();
    this.#agents.clear();
  }

  #agentFor(url: URL): Agent {
    const { environment } = this;
    const proxy = proxyFor(url, environment);
    const agent =
      this.#agents.get(url.origin) ?? agentFor(url, { environment, ...(proxy === undefined ? {} : { proxy }) });
    this.#agents.set(url.origin, agent);
    return agent;
  }
}

function nextUrl(location: string, from: URL): URL | undefined {
  const next = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  return next?.protocol === "https:" || next?.protocol === from.protocol ? next : undefined;
}

/** The value of an `Authorization` header with a name and a password (RFC 7617). */
export function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
}

/** Node would make a header of its own from the credentials in a URL. */
function bare(url: URL): URL {
  const copy = new URL(url);
  copy.username = "";
  copy.password = "";
  return copy;
}
