import { asText, type Mapping } from "../mapping";
import { Merged, type Kubeconfig } from "./kubeconfig";

/** What a kubeconfig by which an istiod reads a cluster has, by the context that counts. **Secret**. */
export interface RemoteKubeconfig {
  /** Why istiod can do nothing with it, as what it is instead; left out where it can. Tells nothing of its content. */
  readonly defect?: string;
  /** URL of the API server. */
  readonly server?: string;
  readonly certificateAuthorityData?: string;
  readonly tlsServerName?: string;
  readonly token?: string;
}

/** Credentials of a user beside a token. */
const otherCredentials = ["client-certificate-data", "exec", "auth-provider", "tokenFile"] as const;

/**
 * Reads a kubeconfig in a remote secret as istiod does: by its current context. No more is taken from it: what stands in a
 * cluster must neither run a program here nor have a file of this machine read. Pure.
 */
export function readRemoteKubeconfig(text: string): RemoteKubeconfig {
  if (text.trim() === "") return { defect: "nothing" };
  const shown = "the kubeconfig";
  const file = new Merged(shown);
  // Nothing of the failure is told: its words are for a file of the user's.
  const failure = file.addText(text, { what: shown, shown, mend: "", replace: "", directory: "/" });
  if (failure !== undefined) return { defect: "something that is no kubeconfig" };
  const context = file.contexts.get(file.currentContext ?? "")?.content;
  if (context === undefined) return { defect: "a kubeconfig without a context that counts" };
  const { cluster, user } = entriesOf(file, context);
  const server = asText(cluster?.["server"]);
  if (server === undefined) return { defect: "a kubeconfig without the address of a server" };
  const certificateAuthorityData = asText(cluster?.["certificate-authority-data"]);
  const tlsServerName = asText(cluster?.["tls-server-name"]);
  const token = asText(user?.["token"]);
  const hasCredentials = token !== undefined || otherCredentials.some((key) => user?.[key] !== undefined);
  return {
    ...(hasCredentials ? {} : { defect: "a kubeconfig without credentials" }),
    server,
    ...(certificateAuthorityData === undefined ? {} : { certificateAuthorityData }),
    ...(tlsServerName === undefined ? {} : { tlsServerName }),
    ...(token === undefined ? {} : { token }),
  };
}

function entriesOf(
  { clusters, users }: Kubeconfig,
  context: Mapping,
): { readonly cluster: Mapping | undefined; readonly user: Mapping | undefined } {
  return {
    cluster: clusters.get(asText(context["cluster"]) ?? "")?.content,
    user: users.get(asText(context["user"]) ?? "")?.content,
  };
}
