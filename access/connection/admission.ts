import { z } from "zod";
import type { Environment } from "../kubeconfig/kubeconfig-file";
import { connect, type ClusterClient, type NamedReach } from "./cluster-client";
import { KubernetesError } from "./kubernetes-error";

const versionSchema = z.object({ gitVersion: z.string() }).catch({ gitVersion: "of an unknown version" });

/** What only a user who is known is answered about, if only that they may not read it. */
const knownPath = "/api/v1/namespaces/kube-system";

/**
 * Makes sure that an API server answers, and lets us in: its version alone anybody may read.
 * @returns The version of Kubernetes, such as `v1.34.2`.
 * @throws KubernetesError with what came instead.
 */
export async function ensureAdmitted(client: Pick<ClusterClient, "get">): Promise<string> {
  const { gitVersion } = versionSchema.parse(await client.get("/version"));
  await client.get(knownPath).catch((error: unknown) => {
    const isKnown = error instanceof KubernetesError && [403, 404].includes(error.status ?? 0);
    if (!isKnown) throw error;
  });
  return gitVersion;
}

/** What came instead of an answer; undefined where the API server answers, and lets us in. */
export async function admissionTrouble(
  reach: NamedReach,
  environment?: Environment,
): Promise<KubernetesError | undefined> {
  const client = connect(reach, environment);
  try {
    await ensureAdmitted(client);
    return undefined;
  } catch (error) {
    if (!(error instanceof KubernetesError)) throw error;
    return error;
  } finally {
    client.close();
  }
}
