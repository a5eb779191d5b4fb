import { readdirSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { createSecureContext, getCACertificates, rootCertificates, type SecureContext } from "node:tls";
import type { Environment } from "../kubeconfig/kubeconfig-file";

/**
 * The authorities that count where a kubeconfig names none, PEM: Node's and the system's, and what the environment names.
 * Go programs, the Kubernetes provider among them, trust the system's and those of `SSL_CERT_FILE` and `SSL_CERT_DIR`.
 */
export function trustedByDefault(environment: Environment = {}): string[] {
  // Node has the function since 22.15 only.
  const has = typeof getCACertificates === "function";
  const own = has ? [...getCACertificates("default"), ...getCACertificates("system")] : [...rootCertificates];
  return [...own, ...named(environment)];
}

const contexts = new Map<string, SecureContext>();

/** To take in some 290 authorities costs a tenth of a second: once, and not again for each of 160 clusters. */
export function defaultContext(environment: Environment = {}): SecureContext {
  const key = JSON.stringify(variables.map((name) => environment[name]));
  const context = contexts.get(key) ?? createSecureContext({ ca: trustedByDefault(environment) });
  contexts.set(key, context);
  return context;
}

const variables = ["SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS"] as const;

function named(environment: Environment): string[] {
  const directories = (environment["SSL_CERT_DIR"] ?? "").split(delimiter).filter((directory) => directory !== "");
  return [
    ...["SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"].map((variable) => environment[variable] ?? ""),
    ...directories.flatMap((directory) => orNone(() => readdirSync(directory).map((file) => join(directory, file)))),
  ].flatMap((file) => (file === "" ? [] : orNone(() => [readFileSync(file, "utf8")])));
}

/** Go passes over what it cannot read (crypto/x509, root_unix.go). */
function orNone(read: () => string[]): string[] {
  try {
    return read();
  } catch {
    return [];
  }
}
