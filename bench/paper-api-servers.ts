import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { once } from "node:events";

/** An object of Kubernetes, as its API server tells of it. */
export interface PaperObject {
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly [more: string]: unknown };
  readonly [more: string]: unknown;
}

/** What a cluster has of a kind, by the plural of the kind: `pods`. */
export type PaperObjects = (cluster: string, plural: string) => readonly PaperObject[];

/** API servers that an istiod may read, on one port of this machine. */
export interface PaperApiServers {
  /** URL of a cluster's. */
  readonly urlOf: (cluster: string) => string;
  readonly close: () => Promise<void>;
}

/**
 * API servers for clusters that are lists of objects: they list, and watches tell of no change. Nothing is kept of what is
 * written: who wants to lead is told that it cannot, and goes on without.
 */
export async function startPaperApiServers(objects: PaperObjects): Promise<PaperApiServers> {
  const server = createServer((request, response) => answer(objects, request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    urlOf: (cluster) => `http://127.0.0.1:${String(port)}/${cluster}`,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

/** Without kinds, which typed clients know by what they asked for. */
function answer(objects: PaperObjects, request: IncomingMessage, response: ServerResponse): void {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://paper");
  const [, cluster = "", api = "", ...versioned] = pathname.split("/");
  if (api === "version") return send(response, 200, { major: "1", minor: "36", gitVersion: "v1.36.1" });
  const path = versioned.slice(api === "api" ? 1 : 2);
  const isNamespaced = path[0] === "namespaces" && path.length > 2;
  const [plural, name] = isNamespaced ? path.slice(2) : path;
  if (request.method !== "GET" || plural === undefined) return send(response, 404, notFound);
  if (searchParams.has("watch")) {
    response.writeHead(200, { "content-type": "application/json" });
    response.flushHeaders();
    return;
  }
  const found = objects(cluster, plural).filter(({ metadata }) => !isNamespaced || metadata.namespace === path[1]);
  if (name !== undefined) {
    const one = found.find(({ metadata }) => metadata.name === name);
    return one === undefined ? send(response, 404, notFound) : send(response, 200, one);
  }
  const isOfMetadata = request.headers.accept?.includes("as=PartialObjectMetadataList") === true;
  const kind = isOfMetadata ? { kind: "PartialObjectMetadataList", apiVersion: "meta.k8s.io/v1" } : {};
  return send(response, 200, { ...kind, metadata: { resourceVersion: "1" }, items: found });
}

const notFound = { kind: "Status", apiVersion: "v1", status: "Failure", reason: "NotFound", code: 404 };

function send(response: ServerResponse, code: number, body: object): void {
  response.writeHead(code, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}
