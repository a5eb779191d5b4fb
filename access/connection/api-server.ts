import { parse } from "yaml";
import type { ClusterAccess } from "../cluster-access";
import { execCredential } from "./exec-credential";
import { agentFor, send, type Answer, type Headers } from "./http";
import type { Environment } from "../kubeconfig/kubeconfig-file";
import { asMapping, asText, below, type Mapping } from "../mapping";
import { proxyFor } from "./proxy";

/** A connection to a cluster's API server, with its credentials. */
export interface ApiServer {
  /** GET, or POST when there is a body. @throws ConnectionError when there is no answer before the deadline. */
  readonly ask: (path: string, deadline: AbortSignal, json?: unknown) => Promise<Answer>;
  /** DELETE; what is there now by another UID stays. @throws ConnectionError as `ask` does. */
  readonly remove: (path: string, deadline: AbortSignal, uid?: string) => Promise<Answer>;
  readonly close: () => void;
}

/**
 * Prepares the connection that a cluster's kubeconfig describes; runs its credential plugin, if it has one.
 * @throws CredentialError when there are no credentials to be had, ConnectionError when its proxy cannot be used.
 */
export async function apiServer(access: ClusterAccess, environment: Environment): Promise<ApiServer> {
  const kubeconfig: unknown = parse(access.kubeconfig);
  const cluster = asMapping(below(first(below(kubeconfig, "clusters")), "cluster")) ?? {};
  const user = asMapping(below(first(below(kubeconfig, "users")), "user")) ?? {};
  const credentials = await credentialsOf(user, cluster, environment);
  const base = new URL(access.server.endsWith("/") ? access.server : `${access.server}/`);
  const proxy = asText(cluster["proxy-url"]) ?? proxyFor(base, environment);
  const serverName = asText(cluster["tls-server-name"]);
  const agent = agentFor(base, {
    ...(access.certificateAuthorityData === undefined
      ? {}
      : { certificateAuthority: fromBase64(access.certificateAuthorityData) }),
    ...(credentials.certificate === undefined ? {} : { certificate: credentials.certificate }),
    ...(credentials.key === undefined ? {} : { key: credentials.key }),
    ...(serverName === undefined ? {} : { serverName }),
    ...(proxy === undefined ? {} : { proxy }),
  });
  const at = (path: string): URL => new URL(path.replace(/^\//, ""), base);
  const { headers } = credentials;
  return {
    ask: async (path, deadline, json) => send({ url: at(path), agent, headers, json, deadline }),
    remove: async (path, deadline, uid) => {
      const json = uid === undefined ? undefined : { apiVersion: "v1", kind: "DeleteOptions", preconditions: { uid } };
      return send({ url: at(path), agent, headers, json, deadline, method: "DELETE" });
    },
    close: () => {
      agent.destroy();
    },
  };
}

interface Credentials {
  readonly headers: Headers;
  readonly certificate?: string;
  readonly key?: string;
}

async function credentialsOf(user: Mapping, cluster: Mapping, environment: Environment): Promise<Credentials> {
  const given =
    asMapping(user["exec"]) === undefined
      ? undefined
      : await execCredential(asMapping(user["exec"]) ?? {}, cluster, environment);
  const certificate = given?.certificate ?? decoded(user["client-certificate-data"]);
  const key = given?.key ?? decoded(user["client-key-data"]);
  const authorization = authorizationOf(user, given?.token);
  return {
    headers: { ...(authorization === undefined ? {} : { authorization }), ...impersonation(user) },
    ...(certificate === undefined ? {} : { certificate }),
    ...(key === undefined ? {} : { key }),
  };
}

function authorizationOf(user: Mapping, execToken: string | undefined): string | undefined {
  const token = execToken ?? asText(user["token"]) ?? asText(below(user["auth-provider"], "config", "id-token"));
  if (token !== undefined) return `Bearer ${token}`;
  const name = asText(user["username"]);
  if (name === undefined) return undefined;
  return `Basic ${Buffer.from(`${name}:${asText(user["password"]) ?? ""}`).toString("base64")}`;
}

/** Impersonation as kubectl sends it. */
function impersonation(user: Mapping): Headers {
  const headers: Record<string, string | readonly string[]> = {};
  const name = asText(user["as"]);
  const uid = asText(user["as-uid"]);
  if (name !== undefined) headers["impersonate-user"] = name;
  if (uid !== undefined) headers["impersonate-uid"] = uid;
  if (Array.isArray(user["as-groups"])) headers["impersonate-group"] = user["as-groups"].map(String);
  for (const [key, values] of Object.entries(asMapping(user["as-user-extra"]) ?? {})) {
    if (Array.isArray(values)) headers[`impersonate-extra-${encodeURIComponent(key)}`] = values.map(String);
  }
  return headers;
}

function first(list: unknown): unknown {
  return Array.isArray(list) ? list[0] : undefined;
}

function decoded(value: unknown): string | undefined {
  const text = asText(value);
  return text === undefined ? undefined : fromBase64(text);
}

function fromBase64(text: string): string {
  return Buffer.from(text, "base64").toString("utf8");
}
