import { stringify } from "yaml";
import type { Credentials } from "./certificates";

/** One way into one cluster. */
export interface KubeconfigEntry {
  readonly context: string;
  readonly server: string;
  /** The cluster's certificate authority, as PEM. */
  readonly authority: string;
  readonly credentials: Credentials;
}

const base64 = (text: string): string => Buffer.from(text).toString("base64");

/** A kubeconfig file with a context for each entry; the first one is current. */
export function renderKubeconfig(entries: readonly KubeconfigEntry[]): string {
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: entries.map(({ context, server, authority }) => ({
      name: context,
      cluster: { server, "certificate-authority-data": base64(authority) },
    })),
    users: entries.map(({ context, credentials }) => ({
      name: context,
      user: {
        "client-certificate-data": base64(credentials.certificate),
        "client-key-data": base64(credentials.key),
      },
    })),
    contexts: entries.map(({ context }) => ({ name: context, context: { cluster: context, user: context } })),
    "current-context": entries[0]?.context ?? "",
  });
}
