import { z } from "zod";
import { ownedLabels, systemNamespace, systemNamespaceOrigin, workloadEntryPath } from "../../../topology";
import type {
  HelmRelease,
  HostObject,
  NamespaceObject,
  ObjectMetadata,
  Policies,
  Policy,
  PullSecret,
  StandingFacts,
} from "./facts";
import { meshKinds } from "./mesh-objects";
import { itemSchema, metadataOnly, metadataSchema, type Questions } from "./questions";

/** What is known of a cluster before it is asked for the rest. */
export type Known = Pick<
  StandingFacts,
  | "cluster"
  | "intermediate"
  | "namespaces"
  | "servicesByRegion"
  | "site"
  | "system"
  | "wantedDnsCaptures"
  | "wantedGlobalNames"
  | "wantedMachines"
  | "wantedOfSystem"
  | "wantedPeerPolicies"
  | "wantedSidecarScopes"
>;

const policySchema = z
  .object({ metadata: metadataSchema, spec: z.record(z.string(), z.unknown()).default({}) })
  .transform(({ metadata, spec }) => ({ ...metadata, spec }));

/** Helm releases, by the labels of Helm's records alone: what is in them are values, which may hold secrets. */
export async function foundReleases(questions: Questions): Promise<readonly HelmRelease[] | undefined> {
  const secrets = `/api/v1/namespaces/${systemNamespace}/secrets`;
  const records = await questions.list(secrets, "owner=helm", itemSchema, "metadata");
  if (records === undefined) return undefined;
  const newest = new Map<string, { readonly version: number; readonly status: string }>();
  for (const { metadata } of records) {
    const { name, status = "", version = "0" } = metadata.labels;
    if (name === undefined || Number(version) <= (newest.get(name)?.version ?? -1)) continue;
    newest.set(name, { version: Number(version), status });
  }
  return [...newest].map(([name, { status }]) => ({ name, status }));
}

/** Policies of the system namespace, which count for the whole mesh. */
export async function foundPolicies(questions: Questions, { system }: Known): Promise<Policies> {
  const listed = async (group: string, kind: string): Promise<Policies["networkPolicies"]> =>
    typeof system === "object"
      ? questions.list(`/apis/${group}/namespaces/${systemNamespace}/${kind}`, "", policySchema, "whole")
      : undefined;
  const [peerAuthentications, authorizationPolicies, networkPolicies] = await Promise.all([
    listed("security.istio.io/v1", "peerauthentications"),
    listed("security.istio.io/v1", "authorizationpolicies"),
    listed("networking.k8s.io/v1", "networkpolicies"),
  ]);
  return { peerAuthentications, authorizationPolicies, networkPolicies };
}

/** What of a kind is in the workloads' namespaces for which the mesh is to have one. */
async function foundInNamespaces(
  questions: Questions,
  { namespaces }: Known,
  wanted: readonly { readonly namespace: string }[],
  collectionOf: (namespace: string) => string,
): Promise<readonly Policy[]> {
  const standing = wanted.filter(({ namespace }) => namespaces.some(({ name }) => name === namespace));
  const found = await Promise.all(
    standing.map(({ namespace }) => questions.list(collectionOf(namespace), "", policySchema, "whole")),
  );
  return found.flatMap((policies) => policies ?? []);
}

/** PeerAuthentications of the workloads' namespaces for which the mesh is to have one. */
export async function foundNamespacePolicies(questions: Questions, known: Known): Promise<readonly Policy[]> {
  const collectionOf = (namespace: string): string =>
    `/apis/security.istio.io/v1/namespaces/${namespace}/peerauthentications`;
  return foundInNamespaces(questions, known, known.wantedPeerPolicies, collectionOf);
}

/** Sidecars of the workloads' namespaces for which the mesh is to have one. */
export async function foundSidecars(questions: Questions, known: Known): Promise<readonly Policy[]> {
  const collectionOf = (namespace: string): string => `/apis/networking.istio.io/v1/namespaces/${namespace}/sidecars`;
  return foundInNamespaces(questions, known, known.wantedSidecarScopes, collectionOf);
}

/** ProxyConfigs of the workloads' namespaces for which the mesh is to have one. */
export async function foundProxyConfigs(questions: Questions, known: Known): Promise<readonly Policy[]> {
  const collectionOf = (namespace: string): string =>
    `/apis/networking.istio.io/v1beta1/namespaces/${namespace}/proxyconfigs`;
  return foundInNamespaces(questions, known, known.wantedDnsCaptures, collectionOf);
}

const hostSchema = z
  .object({
    metadata: metadataSchema,
    spec: z.object({ host: z.string().optional(), hosts: z.array(z.string()).default([]) }).default({ hosts: [] }),
  })
  .transform(({ metadata, spec }) => ({ ...metadata, hosts: spec.host === undefined ? spec.hosts : [spec.host] }));

/** Kinds of objects that are about names, with their collections. */
const hostKinds = {
  serviceentry: "serviceentries",
  destinationrule: "destinationrules",
  virtualservice: "virtualservices",
};

/** What others have in all namespaces that is about names, where the mesh has global ones. */
export async function foundHostObjects(
  questions: Questions,
  { wantedGlobalNames }: Known,
): Promise<readonly HostObject[]> {
  if (wantedGlobalNames.length === 0) return [];
  const ours = Object.entries(ownedLabels).map(([label, value]) => `${label}!=${value}`);
  const found = await Promise.all(
    Object.entries(hostKinds).map(async ([kind, collection]): Promise<HostObject[]> => {
      const path = `/apis/networking.istio.io/v1/${collection}`;
      const objects = await questions.list(path, ours.join(","), hostSchema, "whole");
      return (objects ?? []).map((object) => ({ kind, ...object }));
    }),
  );
  return found.flat();
}

/** Nodes, by their labels alone, where services are called by those. */
export async function foundNodes(
  questions: Questions,
  { servicesByRegion }: Known,
): Promise<readonly ObjectMetadata[] | undefined> {
  if (servicesByRegion.length === 0) return [];
  const nodes = await questions.list("/api/v1/nodes", "", itemSchema, "metadata");
  return nodes?.map(({ metadata }) => metadata);
}

/** Entries under the names that the mesh's machines have. */
export async function foundMachineEntries(
  questions: Questions,
  { wantedMachines, namespaces }: Known,
): Promise<readonly ObjectMetadata[]> {
  const wanted = wantedMachines.filter(({ namespace }) => namespaces.some(({ name }) => name === namespace));
  const found = await Promise.all(
    wanted.map((machine) =>
      questions.one(workloadEntryPath(machine), itemSchema, metadataOnly("PartialObjectMetadata")),
    ),
  );
  return found.flatMap((entry) => (entry === undefined ? [] : [entry.metadata]));
}

/** What is in a system namespace of somebody else's, of the kinds that a mesh has there. */
export async function foundContents(
  questions: Questions,
  { system }: Known,
): Promise<readonly NamespaceObject[] | undefined> {
  if (typeof system !== "object" || systemNamespaceOrigin(system.metadata) !== "foreign") return undefined;
  const found = await Promise.all(
    meshKinds.map(async ({ kind, group, collection }): Promise<NamespaceObject[]> => {
      const path = `/${group}/namespaces/${systemNamespace}/${collection}`;
      const items = (await questions.list(path, "", itemSchema, "metadata")) ?? [];
      return items.map(({ metadata }) => ({ ...metadata, kind }));
    }),
  );
  return found.flat();
}

/** Types of Secrets by which images are pulled (Kubernetes, "Secrets", types of Secret). */
const pullSecretTypes = ["kubernetes.io/dockerconfigjson", "kubernetes.io/dockercfg"];

/** Where pods of ours pull images: which of the Secrets are there, by their type and without what is in them. */
export async function foundPullSecrets(questions: Questions, { cluster, site }: Known): Promise<readonly PullSecret[]> {
  const names = cluster?.role === "remote" && cluster.eastWestGateway === undefined ? [] : site.imagePullSecrets;
  if (names.length === 0) return [];
  const secrets = `/api/v1/namespaces/${systemNamespace}/secrets`;
  const [states, fit] = await Promise.all([
    Promise.all(names.map((name) => questions.presence(`${secrets}/${name}`))),
    Promise.all(
      pullSecretTypes.map((type) => questions.list(secrets, { fieldSelector: `type=${type}` }, itemSchema, "metadata")),
    ),
  ]);
  const isFit = (name: string): boolean =>
    fit.some((list) => list === undefined || list.some(({ metadata }) => metadata.name === name));
  return names.map((name, index) => {
    const state = states[index] ?? "unread";
    return { name, state: state === "there" && !isFit(name) ? "unfit" : state };
  });
}
