import { createPublicKey } from "node:crypto";
import type { V1Secret } from "@kubernetes/client-node";
import { connect, isPresent, type Environment } from "../../access";
import { isFailure } from "../../access/kubeconfig/kubeconfig";
import { readKubeconfig } from "../../access/kubeconfig/kubeconfig-file";
import { resolveCluster } from "../../access/kubeconfig/resolve";
import { ConfigurationError, systemNamespace } from "../../topology";
import { isOfKey, readCertificates, readPrivateKey } from "../../trust";
import { ensureNew, keyFile, pathsIn, writeNewFiles, type MadeFile } from "./files";
import { ensureValid } from "./names";
import { certificateFile } from "./root";

/** Where a root is fetched from. */
export interface FetchOptions {
  /** Context of the kubeconfig. Default: the current one. */
  readonly context?: string;
  /** Default: `KUBECONFIG`, else `~/.kube/config`. */
  readonly kubeconfig?: string;
  /** Where `root-cert.pem` is to be, and `root-key.pem` where the cluster has it. */
  readonly directory: string;
}

/** Secrets that istiod signs with: the one that it is given, and the one that it makes itself without that. */
const secrets = ["cacerts", "istio-ca-secret"] as const;

/**
 * Fetches the root that a cluster's istiod signs under. Only an istiod that made its root itself has the root's key as
 * well; from a Secret `cacerts` the roots come alone.
 * @throws ConfigurationError when the cluster cannot be asked, or has no such Secret.
 */
export async function fetchRoot(options: FetchOptions, environment: Environment = process.env): Promise<MadeFile[]> {
  const paths = pathsIn(options.directory, "rootCertificates", "rootKey");
  await ensureNew(Object.values(paths));
  const { name, data } = await secretOf(options, environment);
  const path = `Secret ${systemNamespace}/${name}`;
  const text = (key: string): string => Buffer.from(data[key] ?? "", "base64").toString("utf8");
  // The Secret that istiod makes has the root as ca-cert.pem, and since 1.2x as root-cert.pem too.
  const roots = readCertificates(text("root-cert.pem") || text("ca-cert.pem"), path);
  const key = readPrivateKey(text("ca-key.pem"), path);
  ensureValid(roots.problems);
  const publicKey = key.value === undefined ? undefined : createPublicKey(key.value.key);
  const isRootKey = publicKey !== undefined && roots.value.some((root) => isOfKey(root, publicKey));
  return writeNewFiles([
    ...(isRootKey && key.value !== undefined
      ? [keyFile(paths.rootKey, "key of the root CA: keep it offline", key.value.pem)]
      : []),
    certificateFile(paths.rootCertificates, `root CA of ${path}`, roots.value),
  ]);
}

async function secretOf(
  { context, kubeconfig }: FetchOptions,
  environment: Environment,
): Promise<{ readonly name: string; readonly data: Readonly<Record<string, string>> }> {
  const file = await readKubeconfig(kubeconfig, process.cwd(), environment);
  if (isFailure(file)) throw new ConfigurationError([{ ...file, path: "--kubeconfig" }]);
  const name = context ?? file.currentContext ?? "cluster";
  const wanted = { name, path: "--context", contextPath: "--context", source: "file" as const };
  const reach = await resolveCluster({ ...wanted, ...(context === undefined ? {} : { context }) }, file);
  if (!("server" in reach)) throw new ConfigurationError(reach.problems);
  const client = connect({ ...reach, name }, environment);
  try {
    for (const secret of secrets) {
      const path = `/api/v1/namespaces/${systemNamespace}/secrets/${secret}`;
      if (await isPresent(client, path)) return { name: secret, data: (await client.get<V1Secret>(path)).data ?? {} };
    }
  } finally {
    client.close();
  }
  throw new ConfigurationError([
    {
      path: "--context",
      expected: `a cluster whose ${systemNamespace} has a Secret ${secrets.join(" or ")}`,
      found: "neither of them",
      fix: "Name the context of a cluster in which an istiod runs.",
    },
  ]);
}
