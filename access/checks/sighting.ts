import { isOwned, systemNamespace } from "../../topology";
import type { ApiServer } from "../connection/api-server";
import type { SystemNamespaceSighting } from "./cluster-identity";
import { identityFrom } from "./identity";
import { object, type KubernetesObject } from "./object";
import { fingerprintsIn } from "./root-bundle";

/** The ConfigMap in which istiod publishes the roots that its workloads trust. */
const rootConfigMap = "istio-ca-root-cert";

/** Whose the system namespace of a cluster is, and which roots its workloads trust. */
export async function sightingOf(
  namespace: KubernetesObject | "absent" | "unread",
  server: ApiServer,
  deadline: AbortSignal,
): Promise<SystemNamespaceSighting> {
  if (typeof namespace !== "object") return { kind: namespace };
  const { annotations, labels, uid } = namespace.metadata;
  if (!isOwned(labels)) return { kind: "foreign" };
  const bundle = await object(server, `/api/v1/namespaces/${systemNamespace}/configmaps/${rootConfigMap}`, deadline);
  const roots = fingerprintsIn(bundle?.data?.["root-cert.pem"] ?? "");
  return { kind: "ours", ...(uid === undefined ? {} : { uid }), identity: identityFrom(annotations), roots };
}
