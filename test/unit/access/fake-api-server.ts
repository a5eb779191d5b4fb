import { createServer as createHttpServer } from "node:http";
import { createServer } from "node:https";
import { createServer as createTcpServer, type AddressInfo, type Server as NetServer, type Socket } from "node:net";
import type { ClusterAccess } from "../../../access";
import type { Identity } from "./certificates";

/** What a fake API server says. */
export interface Cluster {
  readonly token: string;
  readonly gitVersion?: string;
  readonly uid?: string;
  /** What the user may do: everything, or what the function allows. */
  readonly allows?: (attributes: Readonly<Record<string, string>>) => boolean;
  /** Objects by path, with its query or for all queries, beside the namespace kube-system. */
  readonly objects?: Readonly<Record<string, unknown>>;
  /** What else there is at a path, with its query; undefined for nothing. */
  readonly find?: (path: string) => unknown;
  /** Whether it hangs up on everyone. */
  readonly isSilent?: boolean;
  /** Told of what is deleted. */
  readonly remove?: (path: string) => void;
  /** The authority of client certificates, which are as good as the token. */
  readonly clientAuthority?: string;
  /** How long it thinks about each answer, in milliseconds. */
  readonly thinksMs?: number;
  /** By how much its clock is ahead, in milliseconds. Default: 0. */
  readonly aheadMs?: number;
  /** A status for every request, as of a server that is not ready. */
  readonly status?: number;
  /** Statuses by path, as of what may not be read. */
  readonly statuses?: Readonly<Record<string, number>>;
}

/** What stands on a port of this machine for a test; close it after. */
export interface Listening {
  readonly url: string;
  /** Requests so far, as `METHOD path`. */
  readonly requests: readonly string[];
  readonly close: () => Promise<void>;
}

/**
 * A server that answers as an API server would what the precheck asks.
 * @param address At which it listens, one of this machine alone.
 */
export async function fakeApiServer(identity: Identity, cluster: Cluster, address = "127.0.0.1"): Promise<Listening> {
  const requests: string[] = [];
  const { clientAuthority: ca } = cluster;
  const certificates = ca === undefined ? {} : { ca, requestCert: true, rejectUnauthorized: false };
  const secured = { cert: identity.certificate, key: identity.key, ...certificates };
  const server = createServer(secured, (request, response) => {
    requests.push(`${request.method} ${request.url}`);
    if (cluster.isSilent === true) {
      request.socket.destroy();
      return;
    }
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      if (request.method === "DELETE") cluster.remove?.(request.url?.split("?", 1)[0] ?? "");
      const authorized =
        request.headers.authorization === `Bearer ${cluster.token}` ||
        ("authorized" in request.socket && request.socket.authorized === true);
      const [status, content] = isAcceptable(request.headers.accept)
        ? answer(cluster, authorized, request.url ?? "", body)
        : [406, { kind: "Status" }];
      setTimeout(() => {
        const date = new Date(Date.now() + (cluster.aheadMs ?? 0)).toUTCString();
        response.writeHead(status, { "content-type": "application/json", date }).end(JSON.stringify(content));
      }, cluster.thinksMs ?? 0);
    });
  });
  return listen(server, "https", requests, address);
}

/** Metadata alone in a version that an API server does not know is not acceptable to it. */
function isAcceptable(accept = "*/*"): boolean {
  return !accept.includes("PartialObject") || /;as=PartialObjectMetadata(List)?;g=meta\.k8s\.io;v=v1$/.test(accept);
}

function answer(cluster: Cluster, authorized: boolean, path: string, body: string): [status: number, content: unknown] {
  if (cluster.status !== undefined) return [cluster.status, { kind: "Status" }];
  // Anyone may ask for the version (system:public-info-viewer): it says nothing about the credentials.
  if (path === "/version") return [200, { gitVersion: cluster.gitVersion ?? "v1.34.2" }];
  if (!authorized) return [401, { kind: "Status", message: "Unauthorized" }];
  if (path === "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews") {
    const review = JSON.parse(body) as { spec: { resourceAttributes: Record<string, string> } };
    return [201, { ...review, status: { allowed: cluster.allows?.(review.spec.resourceAttributes) ?? true } }];
  }
  if (path === "/api/v1/namespaces/kube-system") return [200, { metadata: { uid: cluster.uid ?? "uid-1" } }];
  const status = cluster.statuses?.[path];
  if (status !== undefined) return [status, { kind: "Status" }];
  const object = cluster.objects?.[path] ?? cluster.objects?.[path.split("?", 1)[0] ?? path] ?? cluster.find?.(path);
  return object === undefined ? [404, { kind: "Status" }] : [200, object];
}

/** A web server without TLS that answers every path with what the table has for it. */
export async function fakeWebServer(
  pages: Readonly<Record<string, string | { readonly location: string }>>,
): Promise<Listening> {
  const requests: string[] = [];
  const server = createHttpServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    const page = pages[request.url ?? ""];
    if (page === undefined) response.writeHead(404).end();
    else if (typeof page === "string") response.writeHead(200).end(page);
    else response.writeHead(302, page).end();
  });
  return listen(server, "http", requests);
}

/** A port that takes connections and never says a word. */
export async function silentServer(): Promise<Listening> {
  return listen(createTcpServer(), "https", []);
}

/** A port that hangs up on everyone. */
export async function hangingUpServer(): Promise<Listening> {
  return listen(
    createTcpServer((socket) => socket.destroy()),
    "https",
    [],
  );
}

/** Has a server listen on a port of this machine. */
export async function listen(
  server: NetServer,
  scheme: "http" | "https",
  requests: readonly string[],
  address = "127.0.0.1",
): Promise<Listening> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${scheme}://${address.includes(":") ? `[${address}]` : address}:${port}`,
    requests,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Access to a cluster at a URL, with a token. */
export function accessTo(
  name: string,
  server: string,
  authority: string,
  user: Readonly<Record<string, unknown>>,
  cluster: Readonly<Record<string, unknown>> = {},
): ClusterAccess {
  const certificateAuthorityData = Buffer.from(authority).toString("base64");
  return {
    name,
    server,
    certificateAuthorityData,
    forOthers: { server, certificateAuthorityData },
    kubeconfig: JSON.stringify({
      clusters: [{ name, cluster: { server, "certificate-authority-data": certificateAuthorityData, ...cluster } }],
      users: [{ name, user }],
      contexts: [{ name, context: { cluster: name, user: name } }],
      "current-context": name,
    }),
  };
}
