import type { V1Secret } from "@kubernetes/client-node";
import {
  configKubeconfigSecret,
  controlPlaneIn,
  remoteSecretLabel,
  remoteSecretName,
  systemNamespace,
  type MeshPlan,
} from "../../topology";
import { ConnectionError, getIfThere, KubernetesError, readRemoteKubeconfig } from "../../access";
import type { Finding, VerifyContext } from "./check";
import { leftOutWords } from "./control-plane";

/** What istiod reads first of all in another cluster; the account behind its token must be allowed to. */
const servicesPath = "/api/v1/services";

const tokenReviewsPath = "/apis/authentication.k8s.io/v1/tokenreviews";

/** A kubeconfig that an istiod was given: where it stands, and the cluster that it is to be of. */
interface GivenKubeconfig {
  readonly cluster: string;
  readonly secret: string;
  readonly key: string;
}

/** What a Secret holds, by key, in base64. **Secret**. */
type SecretData = Readonly<Record<string, string>>;

/** Label by which istiod finds kubeconfigs of other clusters. */
const remoteSecretSelector = `${remoteSecretLabel}=true`;

/** What is missing of one whose cluster takes other credentials. */
const withoutToken = "a kubeconfig without a token";

/** A kubeconfig, and what its Secret holds. **Secret**. */
interface PlacedKubeconfig extends GivenKubeconfig {
  /** Undefined where there is no such Secret. */
  readonly data: SecretData | undefined;
}

/** What of a kubeconfig is used. **Secret**. */
interface RemoteAccess {
  readonly server: string;
  readonly token: string;
  readonly certificateAuthorityData?: string;
  readonly tlsServerName?: string;
}

/** What a cluster makes of a token. */
interface Acceptance {
  readonly state: "accepted" | "refused" | "not known";
  /** The cluster, and what is so; never the token. */
  readonly words: string;
}

/** Subjects: the clusters whose istiod was given kubeconfigs. */
export function controlPlanesWithKubeconfigs(plan: MeshPlan): string[][] {
  return plan.controlPlanes.filter(({ name }) => givenTo(plan, name).length > 0).map(({ name }) => [name]);
}

function givenTo(plan: MeshPlan, controlPlane: string): GivenKubeconfig[] {
  const { configCluster = "", kind, reads = [] } = controlPlaneIn(plan, controlPlane) ?? {};
  const { key, name: secret } = configKubeconfigSecret;
  return [
    ...(kind === "external" ? [{ cluster: configCluster, secret, key }] : []),
    ...reads.map((cluster) => ({ cluster, secret: remoteSecretName, key: cluster })),
  ];
}

/**
 * The kubeconfigs that an istiod was given are accepted now by the clusters that they are of. A connection that it has goes
 * on for a while with a token that was revoked, so that istiod itself does not say it.
 */
export async function remoteSecretAccepted(
  context: VerifyContext,
  [reader = ""]: readonly string[],
  without: ReadonlySet<string>,
): Promise<Finding> {
  if (without.has(reader)) return { ok: false, message: `${reader} is out of reach`, isVoid: true };
  const all = givenTo(context.plan, reader);
  const asked = all.filter(({ cluster }) => !without.has(cluster));
  const leftOut = leftOutWords(all.map(({ cluster }) => cluster).filter((name) => without.has(name)));
  let placed: readonly PlacedKubeconfig[];
  try {
    placed = await placedIn(context, reader, asked);
  } catch (error) {
    if (!(error instanceof KubernetesError && error.status === 403)) throw error;
    const message = `not known: the Secrets of ${systemNamespace} may not be read, and so no token is tried`;
    const hint = `Let this user get the Secret ${remoteSecretName}, or leave this out with --skip remote-secret-accepted.`;
    return { ok: false, isWarning: true, message, hint };
  }
  const found = await Promise.all(placed.map((one) => acceptance(context, one)));
  const refused = found.filter(({ state }) => state === "refused").map(({ words }) => words);
  if (refused.length > 0) return { ok: false, message: refused.join("; ") };
  const accepted = found.filter(({ state }) => state === "accepted").map(({ words }) => words);
  const unknown = found.filter(({ state }) => state === "not known").map(({ words }) => words);
  return { ok: true, message: [`accepted by ${accepted.join(", ") || "none"}`, ...unknown, ...leftOut].join("; ") };
}

/** What Secrets hold of them. Of a mesh that Isthmus did not build those are found by their label and their keys. */
async function placedIn(
  context: VerifyContext,
  reader: string,
  asked: readonly GivenKubeconfig[],
): Promise<PlacedKubeconfig[]> {
  const labelled = context.origin === "file" ? [] : await labelledIn(context, reader);
  const secrets = new Map<string, Promise<SecretData | undefined>>();
  const read = (name: string): Promise<SecretData | undefined> => {
    const reading = secrets.get(name) ?? dataOf(context, reader, name);
    secrets.set(name, reading);
    return reading;
  };
  return Promise.all(
    asked.map(async (given) => {
      if (context.origin === "file" || given.secret !== remoteSecretName)
        return { ...given, data: await read(given.secret) };
      const own = labelled.find(({ data = {} }) => data[given.key] !== undefined);
      const secret = own?.metadata?.name ?? `labelled ${remoteSecretSelector} with the key ${given.key}`;
      return { ...given, secret, data: own?.data };
    }),
  );
}

function labelledIn(context: VerifyContext, reader: string): Promise<readonly V1Secret[]> {
  const path = `/api/v1/namespaces/${systemNamespace}/secrets`;
  return context.client(reader).list<V1Secret>(path, { labelSelector: remoteSecretSelector });
}

async function dataOf(context: VerifyContext, cluster: string, name: string): Promise<SecretData | undefined> {
  const path = `/api/v1/namespaces/${systemNamespace}/secrets/${name}`;
  const secret = await getIfThere<V1Secret>(context.client(cluster), path);
  return secret && (secret.data ?? {});
}

async function acceptance(
  context: VerifyContext,
  { cluster, data, key, secret }: PlacedKubeconfig,
): Promise<Acceptance> {
  const refused = (words: string): Acceptance => ({ state: "refused", words: `${cluster}: ${words}` });
  if (data === undefined) return refused(`there is no Secret ${secret}`);
  const encoded = data[key];
  if (encoded === undefined) return refused(`the Secret ${secret} has no key ${key}`);
  const access = remoteAccessIn(Buffer.from(encoded, "base64").toString());
  if (access === withoutToken && context.origin === "clusters") {
    return { state: "not known", words: `not known of ${cluster}: its kubeconfig has credentials of another kind` };
  }
  if (typeof access === "string") return refused(`the Secret ${secret} has ${access} under the key ${key}`);
  const client = context.connect({ name: cluster, kubeconfig: kubeconfigOf(cluster, access) });
  try {
    await client.list(servicesPath, { limit: "1" });
    return { state: "accepted", words: cluster };
  } catch (error) {
    if (!(error instanceof KubernetesError)) throw error;
    const { cause, reason, status, trouble } = error;
    if (status === 401) return refused("it does not accept the token");
    if (status === 403) return refused("it accepts the token, and does not let its account list Services");
    const isAnswer = status !== undefined || (cause instanceof ConnectionError && isOfServer(cause));
    if (isAnswer) return refused(`${access.server}: ${trouble?.found ?? reason}`);
    return await reviewed(context, cluster, access);
  } finally {
    client.close();
  }
}

/** Whether it is the server that is not the one that the kubeconfig is of, and not the way to it that is closed from here. */
function isOfServer({ kind, proxy }: ConnectionError): boolean {
  return proxy === undefined && ["untrusted", "wrong-name", "expired", "not-tls"].includes(kind);
}

/** Where other clusters reach an API server at an address that is out of reach from here, it is asked about the token itself. */
async function reviewed(context: VerifyContext, cluster: string, { server, token }: RemoteAccess): Promise<Acceptance> {
  const from = `${server} is out of reach from here`;
  try {
    const { status } = await context
      .client(cluster)
      .ask<{ readonly status?: { readonly authenticated?: boolean } }>(tokenReviewsPath, {
        apiVersion: "authentication.k8s.io/v1",
        kind: "TokenReview",
        spec: { token },
      });
    if (status?.authenticated === true) return { state: "accepted", words: `${cluster} (asked otherwise: ${from})` };
    return { state: "refused", words: `${cluster}: it does not accept the token (asked otherwise: ${from})` };
  } catch (error) {
    if (!(error instanceof KubernetesError)) throw error;
    return { state: "not known", words: `not known of ${cluster}: ${from}` };
  }
}

/** What is tried of a kubeconfig that an istiod was given, or what stands there instead. */
function remoteAccessIn(text: string): RemoteAccess | string {
  const { certificateAuthorityData, defect, server, tlsServerName, token } = readRemoteKubeconfig(text);
  if (defect !== undefined) return defect;
  if (server === undefined || !URL.canParse(server) || new URL(server).protocol !== "https:") {
    return "a kubeconfig that names no API server (https://…)";
  }
  if (token === undefined) return withoutToken;
  return {
    server,
    token,
    ...(certificateAuthorityData === undefined ? {} : { certificateAuthorityData }),
    ...(tlsServerName === undefined ? {} : { tlsServerName }),
  };
}

function kubeconfigOf(name: string, { certificateAuthorityData, server, tlsServerName, token }: RemoteAccess): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      {
        name,
        cluster: {
          server,
          ...(certificateAuthorityData === undefined ? {} : { "certificate-authority-data": certificateAuthorityData }),
          ...(tlsServerName === undefined ? {} : { "tls-server-name": tlsServerName }),
        },
      },
    ],
    contexts: [{ name, context: { cluster: name, user: name } }],
    "current-context": name,
    users: [{ name, user: { token } }],
  });
}
