import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { asText, below } from "../../access/mapping";
import { readJson } from "../checks/permissions";
import { errorCode } from "../../access/file-problem";
import type { Environment } from "../../access/kubeconfig/kubeconfig-file";
import { basic } from "./downloads";

/**
 * What is known of a registry's credentials: the `Authorization` header to ask with, that there are none, or that there
 * may be some which only Helm can get at, from a credential helper for one.
 */
export type RegistryCredentials = { readonly header: string } | "none" | "elsewhere";

/**
 * Looks for a registry's credentials where Helm does: `$HELM_REGISTRY_CONFIG`, else Helm's own file, then Docker's.
 * @param host The registry's host, with the port where one is named.
 */
export async function registryCredentials(host: string, environment: Environment): Promise<RegistryCredentials> {
  let elsewhere = false;
  for (const file of configurationFiles(environment)) {
    const found = credentialsIn(await contentOf(file), host);
    if (typeof found === "object") return found;
    if (found === "elsewhere") elsewhere = true;
  }
  return elsewhere ? "elsewhere" : "none";
}

/** Helm's places (helm pkg/helmpath, pkg/registry) and Docker's. */
function configurationFiles(environment: Environment): readonly string[] {
  const set = (name: string): string | undefined => environment[name] || undefined;
  const home = set("HOME") ?? set("USERPROFILE");
  const below = (...parts: readonly string[]): string | undefined =>
    home === undefined ? undefined : join(home, ...parts);
  const configuration = set("XDG_CONFIG_HOME") ?? below(".config");
  const helm = set("HELM_CONFIG_HOME") ?? (configuration === undefined ? undefined : join(configuration, "helm"));
  const docker = set("DOCKER_CONFIG") ?? below(".docker");
  return [
    set("HELM_REGISTRY_CONFIG") ?? (helm === undefined ? undefined : join(helm, "registry", "config.json")),
    docker === undefined ? undefined : join(docker, "config.json"),
  ].filter((file) => file !== undefined);
}

async function contentOf(file: string): Promise<unknown> {
  try {
    return readJson(await readFile(file, "utf8"));
  } catch (error) {
    // Whoever has no such file has not logged in.
    if (errorCode(error) === undefined) throw error;
    return undefined;
  }
}

function credentialsIn(configuration: unknown, host: string): RegistryCredentials {
  const keys = keysOf(host);
  for (const key of keys) {
    const entry = below(configuration, "auths", key);
    const auth = asText(below(entry, "auth"));
    if (auth !== undefined) return { header: `Basic ${auth}` };
    const [user, password] = [asText(below(entry, "username")), asText(below(entry, "password"))];
    if (user !== undefined && password !== undefined) return { header: basic(user, password) };
    if (asText(below(entry, "identitytoken")) !== undefined) return "elsewhere";
    if (asText(below(configuration, "credHelpers", key)) !== undefined) return "elsewhere";
  }
  return asText(below(configuration, "credsStore")) === undefined ? "none" : "elsewhere";
}

/** Under what a registry stands in the file; Docker Hub under the address of its first version. */
function keysOf(host: string): readonly string[] {
  return host === "registry-1.docker.io"
    ? ["https://index.docker.io/v1/", "docker.io", host]
    : [host, `https://${host}`];
}
