import type { Agent } from "node:http";
import type { ClusterReach } from "../cluster-access";
import type { Environment } from "../kubeconfig/kubeconfig-file";
import { agentFor } from "./agent";
import { CredentialSource, type Credentials } from "./credentials";
import { send, type Answer, type Headers, type Request } from "./http";
import { requestTimeoutMs } from "./request-timeout";
import { settingsOf, type ConnectionSettings } from "./settings";

/** A question to an API server. */
export type ApiRequest = Pick<Request, "accept" | "contentType" | "json" | "method"> & {
  readonly path: string;
};

/** A connection to a cluster's API server, with its credentials, which are fetched anew when they end. */
export interface ApiServer {
  /** GET, or POST when there is a body. @throws ConnectionError without an answer, CredentialError without credentials. */
  readonly ask: (path: string, json?: unknown) => Promise<Answer>;
  /** DELETE; what is there now by another UID stays. @throws as `ask` does. */
  readonly remove: (path: string, uid?: string) => Promise<Answer>;
  readonly close: () => void;
}

/** The same, with all that can be asked of it. */
export interface ApiConnection extends ApiServer {
  /** The API server's host and port. */
  readonly host: string;
  /** @throws as `ask` does. */
  readonly request: (request: ApiRequest) => Promise<Answer>;
  /** What a connection of another protocol to this server is made of. */
  readonly opening: (path: string) => Promise<Opening>;
}

/** What a connection is opened with. **Secret**: the headers hold credentials. */
export interface Opening {
  readonly url: URL;
  readonly agent: Agent;
  readonly headers: Headers;
}

/**
 * The connection that a cluster's kubeconfig describes: the one way in which anything of ours reaches a cluster. Runs its
 * credential plugin, if it has one.
 * @param environment Where proxies and authorities are looked up, and what the plugin sees.
 * @param timeoutMs How long the server may be silent in each request. Default: {@link requestTimeoutMs}.
 * @throws CredentialError when there are no credentials to be had, ConnectionError when its proxy cannot be used.
 */
export async function apiServer(
  reach: ClusterReach,
  environment: Environment,
  timeoutMs = requestTimeoutMs(environment),
): Promise<ApiConnection> {
  const settings = settingsOf(reach, environment);
  const source = new CredentialSource(settings, reach.tokenFile, environment);
  const agents = new Agents(settings, environment);
  agents.of(await source.current());
  const { server } = settings;
  const proxy = settings.proxy === undefined ? {} : { proxy: new URL(settings.proxy).host };
  const at = (path: string): URL => new URL(path.replace(/^\//, ""), server);
  const sent = async ({ path, ...request }: ApiRequest, credentials: Credentials): Promise<Answer> => {
    const { headers } = credentials;
    return send({ ...request, ...proxy, timeoutMs, url: at(path), agent: agents.of(credentials), headers });
  };
  const request = async (one: ApiRequest): Promise<Answer> => {
    const credentials = await source.current();
    const answer = await sent(one, credentials);
    if (answer.status !== 401) return answer;
    const renewed = await source.after(credentials);
    return renewed === undefined ? answer : sent(one, renewed);
  };
  return {
    host: server.host,
    request,
    ask: async (path, json) => request({ path, json }),
    remove: async (path, uid) => {
      const json = uid === undefined ? undefined : { apiVersion: "v1", kind: "DeleteOptions", preconditions: { uid } };
      return request({ path, json, method: "DELETE" });
    },
    opening: async (path) => {
      const credentials = await source.current();
      return { url: at(path), agent: agents.of(credentials), headers: credentials.headers };
    },
    close: () => {
      agents.close();
    },
  };
}

/** An agent for each client certificate: almost always one. */
class Agents {
  readonly #agents = new Map<string, Agent>();

  constructor(
    private readonly settings: ConnectionSettings,
    private readonly environment: Environment,
  ) {}

  of({ certificate, key }: Credentials): Agent {
    const { server, certificateAuthority, serverName, proxy } = this.settings;
    const id = `${certificate}\n${key}`;
    const agent =
      this.#agents.get(id) ??
      agentFor(server, {
        environment: this.environment,
        ...(certificateAuthority === undefined ? {} : { certificateAuthority }),
        ...(certificate === undefined ? {} : { certificate }),
        ...(key === undefined ? {} : { key }),
        ...(serverName === undefined ? {} : { serverName }),
        ...(proxy === undefined ? {} : { proxy }),
      });
    this.#agents.set(id, agent);
    return agent;
  }

  close(): void {
    for (const agent of this.#agents.values()) agent.destroy();
  }
}
