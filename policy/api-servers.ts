import { parse } from "yaml";
import { at, isKind, list, secretData, text } from "./properties";
import type { Resource } from "./rule";

/** Label of the Secrets from which istiod takes the kubeconfigs of other clusters. */
const remoteSecretLabel = "istio/multiCluster";

/** Secret from which an external istiod takes the kubeconfig of its configuration cluster (istiod chart). */
const configKubeconfigSecret = "istio-kubeconfig";

/** An API server that a remote secret leads to. */
export interface ApiServer {
  /** The cluster, by its key in the Secret. */
  readonly cluster: string;
  /** Its URL; undefined where the kubeconfig cannot be read. */
  readonly url: string | undefined;
}

/** The API servers of the clusters that a resource gives istiod the kubeconfigs of; none where it is no remote secret. */
export function apiServersIn({ properties }: Resource): ApiServer[] {
  if (!isKind(properties, "", "Secret")) return [];
  const isRemote = at(properties, "metadata", "labels", remoteSecretLabel) === "true";
  if (!isRemote && at(properties, "metadata", "name") !== configKubeconfigSecret) return [];
  return [...secretData(properties)].flatMap(([cluster, kubeconfig]) =>
    serversOf(kubeconfig).map((url) => ({ cluster, url })),
  );
}

function serversOf(kubeconfig: string): (string | undefined)[] {
  const servers = list(at(read(kubeconfig), "clusters")).map((entry) => text(at(entry, "cluster", "server")));
  return servers.length === 0 ? [undefined] : servers;
}

/** The parser's error would show the kubeconfig. */
function read(kubeconfig: string): unknown {
  try {
    return parse(kubeconfig);
  } catch {
    return undefined;
  }
}
