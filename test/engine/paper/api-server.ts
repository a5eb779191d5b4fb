import type { TestAuthority } from "../../unit/access/certificates";
import { fakeApiServer, type Listening } from "../../unit/access/fake-api-server";
import { parseApiPath } from "./api-path";
import type { PaperFaults } from "./faults";
import { withPatches, type PaperWorld, type PlacedObject } from "./world";

/** What an API server on paper tells of. */
interface PaperCluster {
  readonly authority: TestAuthority;
  readonly world: PaperWorld;
  readonly faults: PaperFaults;
  /** Of all its load balancers. */
  readonly addresses: readonly string[];
  /** Of its namespace kube-system, as it is now. */
  readonly uid: string;
}

/** Starts the API server of a cluster on paper: it answers with what the world has, and deletes there. */
export async function paperApiServer(cluster: PaperCluster): Promise<Listening> {
  const { addresses, authority, faults, world } = cluster;
  const identity = await authority.issue(["127.0.0.1"]);
  let url = "";
  const server = await fakeApiServer(identity, {
    get token() {
      return world.tokenOf(url);
    },
    get uid() {
      return cluster.uid;
    },
    get isSilent() {
      return faults.of(url) === "silent";
    },
    remove: (path) => {
      for (const { type, id } of world.reachedBy(url, path)) world.remove(url, type, id);
    },
    objects: {
      "/api": { kind: "APIVersions", versions: ["v1"], serverAddressByClientCIDRs: [] },
      "/apis": { kind: "APIGroupList", apiVersion: "v1", groups: [] },
      "/api/v1": { kind: "APIResourceList", groupVersion: "v1", resources: [] },
      "/apis/cert-manager.io": { kind: "APIGroup", preferredVersion: { groupVersion: "cert-manager.io/v1" } },
      "/apis/cert-manager.io/v1": {
        kind: "APIResourceList",
        groupVersion: "cert-manager.io/v1",
        resources: [{ name: "clusterissuers", kind: "ClusterIssuer", namespaced: false }],
      },
    },
    find: (path) => answerOf(withPatches(world.reachedBy(url, path)), path, addresses),
  });
  ({ url } = server);
  return server;
}

/** A kubeconfig for clusters on paper, by the URLs of their contexts. */
export function kubeconfigOf(
  urls: ReadonlyMap<string, string>,
  { certificate }: TestAuthority,
  world: PaperWorld,
): object {
  const authority = Buffer.from(certificate).toString("base64");
  const contexts = [...urls.keys()];
  return {
    apiVersion: "v1",
    kind: "Config",
    clusters: [...urls].map(([name, server]) => ({
      name,
      cluster: { server, "certificate-authority-data": authority },
    })),
    users: [...urls].map(([name, url]) => ({ name, user: { token: world.tokenOf(url) } })),
    contexts: contexts.map((name) => ({ name, context: { cluster: name, user: name } })),
  };
}

/** Services whose addresses are known, made or not: a preview of what is to be made shows them. */
const expectedServices = ["istio-eastwestgateway", "istiod-exposed"];

/** What an API server answers at a path. */
function answerOf(found: readonly PlacedObject[], path: string, addresses: readonly string[]): unknown {
  const { collection, name } = parseApiPath(path) ?? {};
  if (collection === undefined) return undefined;
  const status = { loadBalancer: { ingress: addresses.map((ip) => ({ ip })) } };
  const isService = collection === "services";
  // cert-manager is quick on paper: what it issues is there before it is asked.
  const isOfCertManager = collection === "certificates" || collection === "clusterissuers";
  const ready = { conditions: [{ type: "Ready", status: "True" }] };
  const objects = found.map(({ object }) => {
    if (isOfCertManager) return { ...object, status: ready };
    return isService ? { ...object, status } : object;
  });
  if (name === undefined) return { kind: "List", items: objects };
  const expected = { metadata: { name, namespace: "istio-system", uid: `uid-of-${name}` }, status };
  return objects[0] ?? (isService && expectedServices.includes(name) ? expected : undefined);
}
