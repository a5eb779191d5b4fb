import { readFile } from "node:fs/promises";
import { stringify } from "yaml";
import { describeFileError } from "../file-problem";
import { fromDirectory, type KubeconfigEntry } from "./kubeconfig";
import { asMapping, asText, sorted, type Mapping } from "../mapping";

/** A cluster as this program reaches it. */
export interface OwnAccess {
  readonly name: string;
  /** **Secret**: it holds the credentials. */
  readonly kubeconfig: string;
  readonly server: string;
  readonly certificateAuthorityData?: string;
  readonly tlsServerName?: string;
  /** File that the token is from. */
  readonly tokenFile?: string;
}

/** A file that a kubeconfig refers to and that cannot be read. */
export interface MissingFile {
  readonly key: string;
  readonly found: string;
}

/**
 * A kubeconfig of one context in which everything is content: files become data, commands of credential plugins keep
 * their absolute path. Keys come in a fixed order and names are the mesh's, so that it changes only with what it says.
 */
export async function selfContained(
  name: string,
  cluster: KubeconfigEntry,
  user: KubeconfigEntry,
): Promise<OwnAccess | readonly MissingFile[]> {
  const missing: MissingFile[] = [];
  const read = async (entry: KubeconfigEntry, key: string): Promise<Buffer | undefined> => {
    const path = asText(entry.content[key]);
    if (path === undefined) return undefined;
    try {
      return await readFile(fromDirectory(path, entry.directory));
    } catch (error) {
      missing.push({ key, found: `${describeFileError(error)} at ${path}` });
      return undefined;
    }
  };
  /** Data beats a file of the same meaning, as in client-go. */
  const data = async (entry: KubeconfigEntry, key: string): Promise<string | undefined> =>
    asText(entry.content[`${key}-data`]) ?? (await read(entry, key))?.toString("base64");

  const server = asText(cluster.content["server"]) ?? "";
  const certificateAuthorityData = await data(cluster, "certificate-authority");
  const tlsServerName = asText(cluster.content["tls-server-name"]);
  const clusterContent = present({
    server,
    "certificate-authority-data": certificateAuthorityData,
    "tls-server-name": tlsServerName,
    "proxy-url": cluster.content["proxy-url"],
    "disable-compression": cluster.content["disable-compression"],
    extensions: execExtensions(cluster.content["extensions"]),
  });
  const userContent = present({
    "client-certificate-data": await data(user, "client-certificate"),
    "client-key-data": await data(user, "client-key"),
    // A token file beats a token, as in client-go.
    token: (await read(user, "tokenFile"))?.toString("utf8").trim() ?? user.content["token"],
    username: user.content["username"],
    password: user.content["password"],
    as: user.content["as"],
    "as-uid": user.content["as-uid"],
    "as-groups": user.content["as-groups"],
    "as-user-extra": sorted(user.content["as-user-extra"]),
    exec: exec(user),
    "auth-provider": sorted(user.content["auth-provider"]),
  });
  if (missing.length > 0) return missing;
  const tokenFile = asText(user.content["tokenFile"]);
  return {
    name,
    kubeconfig: stringify(
      {
        apiVersion: "v1",
        kind: "Config",
        clusters: [{ name, cluster: clusterContent }],
        users: [{ name, user: userContent }],
        contexts: [{ name, context: { cluster: name, user: name } }],
        "current-context": name,
      },
      { lineWidth: 0, aliasDuplicateObjects: false },
    ),
    server,
    ...(certificateAuthorityData === undefined ? {} : { certificateAuthorityData }),
    ...(tlsServerName === undefined ? {} : { tlsServerName }),
    ...(tokenFile === undefined ? {} : { tokenFile: fromDirectory(tokenFile, user.directory) }),
  };
}

function present(content: Mapping): Mapping {
  return Object.fromEntries(
    Object.entries(content).filter(([, value]) => value !== undefined && value !== null && value !== ""),
  );
}

/** A command with a path in it is relative to the kubeconfig; one without is looked up in PATH (client-go). */
function exec(user: KubeconfigEntry): unknown {
  const content = asMapping(user.content["exec"]);
  if (content === undefined) return undefined;
  const command = asText(content["command"]);
  const hasPath = command?.includes("/") === true;
  return sorted({ ...content, ...(hasPath ? { command: fromDirectory(command, user.directory) } : {}) });
}

/** What a credential plugin is told about its cluster; other extensions are notes of other tools. */
function execExtensions(extensions: unknown): unknown {
  if (!Array.isArray(extensions)) return undefined;
  const kept = extensions.filter((extension) => asMapping(extension)?.["name"] === execExtensionName);
  return kept.length === 0 ? undefined : kept.map(sorted);
}

/** Name of the extension by which a cluster's entry speaks to credential plugins (Kubernetes, client authentication v1). */
export const execExtensionName = "client.authentication.k8s.io/exec";
