import { parse } from "yaml";
import type { ClusterReach } from "../cluster-access";
import type { Environment } from "../kubeconfig/kubeconfig-file";
import { asMapping, asText, below, type Mapping } from "../mapping";
import { proxyFor } from "./proxy";

/** What a connection to an API server is made of, but for the credentials. */
export interface ConnectionSettings {
  /** With a slash at the end. */
  readonly server: URL;
  /** Name that the server's certificate must have. Default: the URL's host. */
  readonly serverName?: string;
  /** The authorities trusted, PEM. Default: the system's, and those that the environment names. */
  readonly certificateAuthority?: string;
  /** The kubeconfig's proxy, else the environment's. */
  readonly proxy?: string;
  /** The kubeconfig's own entries. **Secret**. */
  readonly cluster: Mapping;
  readonly user: Mapping;
}

/** What a kubeconfig of one cluster and an environment say about the connection. Pure. */
export function settingsOf({ kubeconfig }: ClusterReach, environment: Environment): ConnectionSettings {
  const content: unknown = parse(kubeconfig);
  const cluster = asMapping(below(first(below(content, "clusters")), "cluster")) ?? {};
  const user = asMapping(below(first(below(content, "users")), "user")) ?? {};
  const url = asText(cluster["server"]) ?? "";
  const server = baseUrl(url);
  const proxy = asText(cluster["proxy-url"]) ?? proxyFor(server, environment);
  const serverName = asText(cluster["tls-server-name"]);
  const authority = asText(cluster["certificate-authority-data"]);
  return {
    server,
    cluster,
    user,
    ...(serverName === undefined ? {} : { serverName }),
    ...(authority === undefined ? {} : { certificateAuthority: Buffer.from(authority, "base64").toString() }),
    ...(proxy === undefined ? {} : { proxy }),
  };
}

/** A URL below which others are: with a slash at the end, without which its last part would be replaced. */
export function baseUrl(text: string): URL {
  return new URL(text.endsWith("/") ? text : `${text}/`);
}

function first(list: unknown): unknown {
  return Array.isArray(list) ? list[0] : undefined;
}
