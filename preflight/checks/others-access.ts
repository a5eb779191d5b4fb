import { z } from "zod";
import {
  isOwnMachine,
  readerServiceAccount,
  systemNamespace,
  tokenSecretOf,
  type ClusterPlan,
  type MeshPlan,
  type Problem,
} from "../../topology";
import type { ApiServerAccess, ClusterAccess } from "../../access/cluster-access";
import { agentFor } from "../../access/connection/agent";
import type { ApiServer } from "../../access/connection/api-server";
import { ConnectionError } from "../../access/connection/connection-error";
import { send } from "../../access/connection/http";
import { proxyFor } from "../../access/connection/proxy";
import { baseUrl, settingsOf } from "../../access/connection/settings";
import type { Environment } from "../../access/kubeconfig/kubeconfig-file";
import { noFindings, type Findings } from "./findings";
import { readJson } from "./permissions";

/** A URL that only the clusters reach may lead nowhere from here: longer than this, in milliseconds, nobody waits to know. */
const longestTrialMs = 3_000;

/** The ConfigMap in which Kubernetes publishes the authority that its service accounts' Secrets have as `ca.crt`, too. */
export const ownAuthorityPath = "/api/v1/namespaces/kube-system/configmaps/kube-root-ca.crt";

const authoritySchema = z.object({ data: z.object({ "ca.crt": z.string() }) });
const tokenSchema = z.object({ data: z.object({ token: z.string().min(1) }) });

/** What is tried of one cluster. */
export interface OthersAccess {
  readonly mesh: MeshPlan;
  readonly cluster: ClusterPlan;
  readonly access: ClusterAccess;
  readonly environment: Environment;
  readonly timeoutMs: number;
}

/** Names of the clusters whose API servers an istiod elsewhere reads. */
export function readFromElsewhere({ controlPlanes }: MeshPlan): ReadonlySet<string> {
  return new Set(
    controlPlanes.flatMap(({ kind, configCluster, reads }) =>
      kind === "external" ? [configCluster, ...reads] : reads,
    ),
  );
}

/**
 * Tries by what istiods elsewhere will read a cluster: the URL, with exactly the authority that they are given, and, once
 * there is one, the token. What cannot be known from here is not said. At the address that this program itself goes to,
 * what does not fit is a problem; at another one, which may lead elsewhere in the clusters, a warning.
 * @param server Our own connection to the cluster.
 */
export async function checkOthersAccess(one: OthersAccess, server: ApiServer): Promise<Findings> {
  const { mesh, cluster, access } = one;
  const { forOthers } = access;
  const url = new URL(forOthers.server);
  if (!readFromElsewhere(mesh).has(cluster.name) || isOwnMachine(url.hostname)) return noFindings();
  const authority = await authorityOf(forOthers, server);
  if (authority === undefined) return noFindings();
  const isProven = isAsOurs(one);
  const trial = isProven ? 200 : await tried(one, authority);
  if (typeof trial === "number") return { problems: [], warnings: await tokenWarnings(one, authority, server) };
  const misfit = misfitOf(one, trial);
  if (misfit === undefined) return noFindings();
  if (url.host === new URL(access.server).host) return { problems: [misfit], warnings: [] };
  const fix = `${misfit.fix} So it is seen from here; where ${url.host} leads elsewhere in the clusters, pass over this.`;
  return { problems: [], warnings: [{ ...misfit, fix }] };
}

/** PEM; undefined where it may not be read. */
async function authorityOf(
  { certificateAuthorityData }: ApiServerAccess,
  server: ApiServer,
): Promise<string | undefined> {
  if (certificateAuthorityData !== undefined) return Buffer.from(certificateAuthorityData, "base64").toString();
  const { status, body } = await server.ask(ownAuthorityPath);
  return status === 200 ? authoritySchema.safeParse(readJson(body)).data?.data["ca.crt"] : undefined;
}

/** Whether others are to do just what our own connection does, and has done. */
function isAsOurs({
  access: { certificateAuthorityData, forOthers, server, ...own },
  environment,
}: OthersAccess): boolean {
  const { serverName } = settingsOf(own, environment);
  return (
    forOthers.certificateAuthorityData !== undefined &&
    forOthers.certificateAuthorityData === certificateAuthorityData &&
    forOthers.tlsServerName === serverName &&
    new URL(forOthers.server).href === new URL(server).href
  );
}

/** The status that is answered, or why nothing is. */
async function tried(
  { access, environment, timeoutMs }: OthersAccess,
  certificateAuthority: string,
  token?: string,
): Promise<number | ConnectionError> {
  const { server, tlsServerName } = access.forOthers;
  const base = baseUrl(server);
  const own = settingsOf(access, environment);
  const proxy = base.host === own.server.host ? own.proxy : proxyFor(base, environment);
  try {
    const agent = agentFor(base, {
      certificateAuthority,
      ...(tlsServerName === undefined ? {} : { serverName: tlsServerName }),
      ...(proxy === undefined ? {} : { proxy }),
    });
    try {
      const { status } = await send({
        url: new URL(token === undefined ? "version" : "api/v1/namespaces?limit=1", base),
        agent,
        timeoutMs: Math.min(timeoutMs, longestTrialMs),
        ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
      });
      return status;
    } finally {
      agent.destroy();
    }
  } catch (error) {
    if (error instanceof ConnectionError) return error;
    throw error;
  }
}

/** What does not fit, and what to set; undefined where nothing is known. */
function misfitOf({ access, cluster }: OthersAccess, { kind }: ConnectionError): Problem | undefined {
  const { server, tlsServerName } = access.forOthers;
  const { host, hostname } = new URL(server);
  const settings = `${cluster.path}.apiServer`;
  if (kind === "untrusted") {
    return {
      path: `${settings}.certificateAuthority`,
      expected: `the authority that signed the certificate of ${host}, by which other clusters read ${cluster.name}`,
      ...wrongAuthority(access, cluster, settings),
    };
  }
  if (kind === "wrong-name") {
    return {
      path: `${settings}.${tlsServerName === undefined ? "url" : "tlsServerName"}`,
      expected: `a name that the certificate of ${host} has, by which other clusters read ${cluster.name}`,
      found: `${tlsServerName ?? hostname}, which is none`,
      fix: `Give as ${settings}.url an address that the certificate names, or as ${settings}.tlsServerName one of its names.`,
    };
  }
  if (kind === "expired") {
    return {
      path: `${settings}.url`,
      expected: `a certificate of ${host} that is valid now, by which other clusters read ${cluster.name}`,
      found: "one that is not",
      fix: "Renew the certificate, or set this machine's clock.",
    };
  }
  return undefined;
}

function wrongAuthority(
  access: ClusterAccess,
  { apiServer }: ClusterPlan,
  settings: string,
): Pick<Problem, "found" | "fix"> {
  const address = `give as ${settings}.url an address of the API server itself, past what stands before it`;
  if (apiServer.certificateAuthority !== undefined) {
    return {
      found: `another in ${apiServer.certificateAuthority}`,
      fix: `Name the file of that authority, or ${address}.`,
    };
  }
  if (access.certificateAuthorityData !== undefined) {
    return { found: "another in the kubeconfig, for the kubeconfig's URL", fix: `Name its PEM file, or ${address}.` };
  }
  return {
    found: "the cluster's own, which is given where the kubeconfig names none",
    fix:
      `Name its PEM file: that this machine trusts it, a public or a company's one, tells the istiods of other clusters nothing. ` +
      `(Of a public certificate it is the file of its root.) Or ${address}.`,
  };
}

/** Access proxies take their own users' tokens alone, which shows once there is a token of a service account. */
async function tokenWarnings(one: OthersAccess, authority: string, server: ApiServer): Promise<Problem[]> {
  const { cluster } = one;
  const { status, body } = await server.ask(
    `/api/v1/namespaces/${systemNamespace}/secrets/${tokenSecretOf(readerServiceAccount)}`,
  );
  const encoded = status === 200 ? tokenSchema.safeParse(readJson(body)).data?.data.token : undefined;
  if (encoded === undefined) return [];
  const answer = await tried(one, authority, Buffer.from(encoded, "base64").toString());
  if (answer !== 401) return [];
  const { host } = new URL(one.access.forOthers.server);
  return [
    {
      path: `${cluster.path}.apiServer.url`,
      expected: `an API server at ${host} that accepts the token of its account for readers, by which other clusters read ${cluster.name}`,
      found: "one that does not (401 Unauthorized)",
      fix: "Give an address of the API server itself: an access proxy, such as Rancher's and Teleport's, accepts the tokens of its own users alone.",
    },
  ];
}
