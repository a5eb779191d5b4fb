import { z } from "zod";
import {
  certManagerGroup,
  ownedLabels,
  releaseNames,
  rootConfigMap,
  systemNamespace,
  systemNamespaceOrigin,
  type IssuerRef,
} from "../../topology";
import { certificatesIn, fingerprintsIn, rootOf } from "../../trust";
import { certificatePath, certManagerObject } from "../../access/cert-manager";
import type { ClusterAccess } from "../../access/cluster-access";
import { apiServer, type ApiServer } from "../../access/connection/api-server";
import { CredentialError } from "../../access/connection/exec-credential";
import { ConnectionError } from "../../access/connection/connection-error";
import type { Environment } from "../../access/kubeconfig/kubeconfig-file";
import type { ClusterSighting, SystemNamespaceSighting } from "./cluster-identity";
import { identityFrom } from "./identity";
import { answered, object, type KubernetesObject } from "./object";
import { readJson } from "./permissions";
import { signingSecret } from "../trust/standing/signing-secret";

/**
 * Looks which cluster answers, and of which mesh it is. Asks nothing else.
 * @param issuer `look`: also under which root its istiod signs. Default: `leave`.
 * @returns Undefined where none answers.
 */
export async function sightCluster(
  access: ClusterAccess,
  environment: Environment = process.env,
  issuer: "look" | "leave" = "leave",
): Promise<ClusterSighting | undefined> {
  let server: ApiServer | undefined;
  try {
    server = await apiServer(access, environment);
    const [kubeSystem, namespace] = await Promise.all([
      object(server, "/api/v1/namespaces/kube-system"),
      answered(server, systemNamespacePath),
    ]);
    const uid = kubeSystem?.metadata.uid;
    return { ...(uid === undefined ? {} : { uid }), system: await sightingOf(namespace, server, issuer) };
  } catch (error) {
    if (error instanceof ConnectionError || error instanceof CredentialError) return undefined;
    throw error;
  } finally {
    server?.close();
  }
}

const systemNamespacePath = `/api/v1/namespaces/${systemNamespace}`;

/**
 * Whose the system namespace of a cluster is, and which roots its workloads trust.
 * @param issuer `look`: also under which root its istiod signs. The Secret that says it has the key as well.
 */
export async function sightingOf(
  namespace: KubernetesObject | "absent" | "unread",
  server: ApiServer,
  issuer: "look" | "leave" = "leave",
): Promise<SystemNamespaceSighting> {
  if (typeof namespace !== "object") return { kind: namespace };
  const { annotations, uid } = namespace.metadata;
  const origin = systemNamespaceOrigin(namespace.metadata);
  if (origin === "foreign") return { kind: "foreign", ...(uid === undefined ? {} : { uid }) };
  const bundle = await object(server, `${systemNamespacePath}/configmaps/${rootConfigMap}`);
  const roots = fingerprintsIn(bundle?.data?.["root-cert.pem"] ?? "");
  const contents =
    roots.length === 0 && (await (origin === "made" ? isBare(server) : hasNothingOfMesh(server)))
      ? "nothing"
      : "something";
  return {
    kind: "ours",
    origin,
    ...(uid === undefined ? {} : { uid }),
    identity: identityFrom(annotations),
    roots,
    ...(issuer === "look" ? await issuerIn(server) : {}),
    contents,
  };
}

/** Under which root the istiod signs that runs there, and who issues for it where cert-manager does. */
async function issuerIn(server: ApiServer): Promise<{ readonly issuerRoot?: string; readonly issuerRef?: IssuerRef }> {
  const { files, keptBy } = await signingSecret(async (name) => {
    const secret = await object(server, `${systemNamespacePath}/secrets/${name}`);
    return secret && (secret.data ?? {});
  });
  const issuerRoot = files === undefined ? {} : rootIn(files.chainPem, files.rootsPem ?? files.chainPem);
  if (keptBy === "others") return issuerRoot;
  const { body } = await server.ask(certificatePath);
  const { group = certManagerGroup, kind = "Issuer", name } = certManagerObject(body)?.spec?.issuerRef ?? {};
  return { ...issuerRoot, ...(name === undefined ? {} : { issuerRef: { group, kind, name } }) };
}

function rootIn(chainPem: string, rootsPem: string): { readonly issuerRoot?: string } {
  const root = rootOf(certificatesIn(chainPem), certificatesIn(rootsPem));
  return root === undefined ? {} : { issuerRoot: root.fingerprint256 };
}

/** What Kubernetes itself puts into every namespace. */
const inEveryNamespace = ["kube-root-ca.crt"];

const listSchema = z.object({ items: z.array(z.object({ metadata: z.object({ name: z.string() }) })) });

/**
 * Whether the system namespace has nothing but what Kubernetes puts into every one: it was just being made when its update
 * ended, and nothing of the mesh, no root above all, has come into it. What may not be read counts as something.
 */
export async function isBare(server: Pick<ApiServer, "ask">): Promise<boolean> {
  const collections = ["pods", "secrets", "services", "configmaps"];
  const contents = await Promise.all(collections.map((collection) => namesIn(server, `${collection}?limit=2`)));
  return contents.every((names) => names?.every((name) => inEveryNamespace.includes(name)) ?? false);
}

/**
 * The same for one that somebody else made: it has what is theirs, and nothing that bears our label, nor a record of a Helm
 * release of ours.
 */
async function hasNothingOfMesh(server: Pick<ApiServer, "ask">): Promise<boolean> {
  const [ours = ""] = Object.entries(ownedLabels).map((label) => label.join("="));
  const selectors = [ours, `owner=helm,name in (${releaseNames.join(",")})`].map(encodeURIComponent);
  const contents = await Promise.all(
    ["secrets", "services"].flatMap((collection) =>
      selectors.map((selector) => namesIn(server, `${collection}?labelSelector=${selector}&limit=1`)),
    ),
  );
  return contents.every((names) => names?.length === 0);
}

/** Names of what a collection of the system namespace has; undefined where it may not be read. */
async function namesIn(server: Pick<ApiServer, "ask">, collection: string): Promise<readonly string[] | undefined> {
  const { status, body } = await server.ask(`${systemNamespacePath}/${collection}`);
  const found = status === 200 ? listSchema.safeParse(readJson(body)).data : undefined;
  return found?.items.map(({ metadata }) => metadata.name);
}
