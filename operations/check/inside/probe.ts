import type { ApiServerAccess } from "../../../access";
import { baseUrl } from "../../../access/connection/settings";
import { oneLine } from "../../verify";
import { authorityFile } from "./manifests";

/** One call; who drops packets without a word is known after this. */
export const callTimeoutSeconds = 5;

/** What a call from a pod came to. */
export interface Probed {
  /** curl's exit code; 0 where something answered in HTTP, whatever it said. */
  readonly code: number;
  /** curl's words, fit for a line; empty with code 0. */
  readonly words: string;
}

/** curl's exit codes that say how far a call came (curl's manual, EXIT CODES). */
const curlCodes = { unresolved: 6, refused: 7, timeout: 28, notTls: [35, 56, 52], untrusted: [51, 60] } as const;

/** Reads what curl wrote to its standard error. Pure. */
export function probedBy(reason: string): Probed {
  const code = /curl: \((\d+)\)/.exec(reason)?.[1];
  // Without a code of its own it was not curl that ended: what came is not known to be an answer.
  return { code: code === undefined ? -1 : Number(code), words: oneLine(reason) };
}

const common = ["-sS", "-o", "/dev/null", "--max-time", String(callTimeoutSeconds)];

/** What curl is told to ask the API server of a cluster, as an istiod elsewhere will: by the authority that this is given. Pure. */
export function apiServerCall(cluster: string, { server, tlsServerName }: ApiServerAccess): string[] {
  const url = new URL("version", baseUrl(server));
  const words = ["curl", ...common, "--cacert", authorityFile(cluster)];
  if (tlsServerName === undefined) return [...words, url.href];
  const port = url.port === "" ? "443" : url.port;
  const instead = `${tlsServerName}:${port}:${url.hostname}:${port}`;
  url.hostname = tlsServerName;
  return [...words, "--connect-to", instead, url.href];
}

/** What curl is told to connect to a gateway, which answers no call without the name of a Service. Pure. */
export function gatewayCall(address: string, port: number): string[] {
  const host = address.includes(":") ? `[${address}]` : address;
  return ["curl", ...common, `https://${host}:${String(port)}/`];
}

/** What curl is told to look up a name that every cluster has. Pure. */
export function nameCall(): string[] {
  return ["curl", ...common, "https://kubernetes.default.svc/"];
}

/** Whether a connection came about, whatever was made of it then. Pure. */
export function isConnected({ code }: Probed): boolean {
  return code >= 0 && ![curlCodes.unresolved, curlCodes.refused, curlCodes.timeout].some((one) => one === code);
}

/** Whether a name was found. Pure. */
export function isResolved({ code, words }: Probed): boolean {
  return code >= 0 && code !== curlCodes.unresolved && !/resolv/i.test(words);
}

/** What is wrong with how an API server is reached. */
export interface Misfit {
  readonly message: string;
  readonly hint: string;
}

/**
 * What keeps an istiod in one cluster from reading another's API server, by what a pod there got for an answer; undefined where
 * nothing does. Pure.
 * @param settings Where the configuration says how others reach it: `isthmus:mesh.clusters.west.apiServer`.
 */
export function apiServerMisfit(
  probed: Probed,
  { from, server, settings }: { readonly from: string; readonly server: string; readonly settings: string },
): Misfit | undefined {
  const { code, words } = probed;
  const { host, hostname } = new URL(server);
  if (code === 0) return undefined;
  if (!isResolved(probed) && code >= 0) {
    return {
      message: `${hostname} is not known to the DNS of ${from}: ${words}`,
      hint: `Give as ${settings}.url an address that pods of ${from} know, or let their DNS know this one.`,
    };
  }
  if (curlCodes.untrusted.some((one) => one === code)) {
    return {
      message: `the certificate of ${host}, as pods of ${from} see it, is not by the authority that istiods are given, or not for that name: ${words}`,
      hint: `Name the PEM file of its authority as ${settings}.certificateAuthority, or its name as ${settings}.tlsServerName; or give as ${settings}.url an address of the API server itself.`,
    };
  }
  if (curlCodes.notTls.some((one) => one === code)) {
    return {
      message: `what answers at ${host} in ${from} is no API server: ${words}`,
      hint: `Give as ${settings}.url the address at which pods of ${from} reach it.`,
    };
  }
  return {
    message: `pods of ${from} do not reach ${host}: ${words}`,
    hint: `Open the way from there (firewalls, authorized networks, routes), or give as ${settings}.url the address at which pods of other clusters reach it.`,
  };
}
