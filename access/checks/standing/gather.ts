import { z } from "zod";
import { isOwned, systemNamespace, type ClusterPlan } from "../../../topology";
import type { ApiConnection } from "../../connection/api-server";
import { ConnectionError } from "../../connection/connection-error";
import { readJson } from "../../json";
import { chartObjectPath, chartObjectsOf, definedGroup } from "./chart-objects";
import type { FoundChartObject, HelmRelease, Injector, ObjectMetadata, Policies, StandingFacts } from "./facts";

/** What is known of a cluster before it is asked for the rest. */
export type Known = Pick<StandingFacts, "cluster" | "namespaces" | "site" | "system">;

/** Objects without what is in them: of a Secret its data never comes here, of a CRD not its schemas. */
const metadataOnly = (kind: "PartialObjectMetadata" | "PartialObjectMetadataList"): string =>
  `application/json;as=${kind};g=meta.k8s.io;v=v1`;

/** More than any of these lists has in a cluster that works; what is beyond it is not looked at. */
const longestList = 500;

const labelsSchema = z.record(z.string(), z.string()).optional().catch(undefined);

const metadataSchema = z
  .object({
    name: z.string().optional(),
    namespace: z.string().optional(),
    labels: labelsSchema,
    annotations: labelsSchema,
  })
  .transform(({ name = "", namespace = "", labels = {}, annotations = {} }): ObjectMetadata => ({
    name,
    namespace,
    labels,
    annotations,
  }));

const itemSchema = z.object({ metadata: metadataSchema });

const selectorSchema = z
  .object({
    matchLabels: labelsSchema,
    matchExpressions: z
      .array(z.object({ key: z.string(), operator: z.string(), values: z.array(z.string()).optional() }))
      .optional(),
  })
  .optional();

const webhookSchema = z.object({
  name: z.string().default(""),
  clientConfig: z
    .object({ url: z.string().optional(), service: z.object({ namespace: z.string() }).optional() })
    .default({}),
  namespaceSelector: selectorSchema,
  objectSelector: selectorSchema,
});

const configurationSchema = z.object({ metadata: metadataSchema, webhooks: z.array(webhookSchema).default([]) });

const policySchema = z
  .object({ metadata: metadataSchema, spec: z.record(z.string(), z.unknown()).default({}) })
  .transform(({ metadata, spec }) => ({ ...metadata, spec }));

const groupsSchema = z.object({ groups: z.array(z.object({ name: z.string() })) });

const webhooks = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations";

/** Name that the chart gives to the injector of the default revision. */
const defaultInjector = "istio-sidecar-injector";

/**
 * Looks what is in a cluster, in some thirty small questions at once. What may not be read, or is not answered in time, is
 * not known: it keeps nobody from installing.
 */
export async function gatherStanding(server: ApiConnection, known: Known): Promise<StandingFacts> {
  const questions = new Questions(server);
  const [chartObjects, injectors, istiods, releases, policies] = await Promise.all([
    foundChartObjects(questions, known.cluster),
    foundInjectors(questions),
    questions.list("/apis/apps/v1/deployments", "app=istiod", itemSchema, "metadata"),
    known.system === "absent" ? [] : foundReleases(questions),
    foundPolicies(questions, known),
  ]);
  return { ...known, chartObjects, injectors, istiods: istiods?.map(({ metadata }) => metadata), releases, policies };
}

/** Questions to one API server, of which each may stay without an answer. */
class Questions {
  constructor(private readonly server: ApiConnection) {}

  /** @returns Undefined where it is not there, may not be read or was not answered. */
  async one<Content>(path: string, schema: z.ZodType<Content>, accept?: string): Promise<Content | undefined> {
    try {
      const answer = await this.server.request({ path, ...(accept === undefined ? {} : { accept }) });
      return answer.status === 200 ? schema.safeParse(readJson(answer.body)).data : undefined;
    } catch (error) {
      if (error instanceof ConnectionError) return undefined;
      throw error;
    }
  }

  async list<Item>(
    path: string,
    labelSelector: string,
    item: z.ZodType<Item>,
    part: "metadata" | "whole",
  ): Promise<readonly Item[] | undefined> {
    const query = new URLSearchParams({
      ...(labelSelector === "" ? {} : { labelSelector }),
      limit: String(longestList),
    });
    const schema = z.object({ items: z.array(item) });
    const accept = part === "metadata" ? metadataOnly("PartialObjectMetadataList") : undefined;
    return (await this.one(`${path}?${query.toString()}`, schema, accept))?.items;
  }
}

/** CRDs are asked for only where the API server has their group: in a cluster without Istio that is one question. */
async function foundChartObjects(
  questions: Questions,
  cluster: ClusterPlan | undefined,
): Promise<readonly FoundChartObject[]> {
  const groups = await questions.one("/apis", groupsSchema);
  const mayBeThere = (group: string | undefined): boolean =>
    group === undefined || groups === undefined || groups.groups.some(({ name }) => name === group);
  const found = await Promise.all(
    chartObjectsOf(cluster)
      .filter((object) => mayBeThere(definedGroup(object)))
      .map(async (object): Promise<FoundChartObject[]> => {
        const path = chartObjectPath(object);
        const there = await questions.one(path, itemSchema, metadataOnly("PartialObjectMetadata"));
        return there === undefined ? [] : [{ object, metadata: there.metadata }];
      }),
  );
  return found.flat();
}

/** All of them; the one of the plain name for who may not list them. */
async function foundInjectors(questions: Questions): Promise<readonly Injector[] | undefined> {
  const listed = await questions.list(webhooks, "", configurationSchema, "whole");
  if (listed !== undefined) return listed.filter(injects).map(injectorOf);
  const plain = await questions.one(`${webhooks}/${defaultInjector}`, configurationSchema);
  return plain && [injectorOf({ ...plain, metadata: { ...plain.metadata, name: defaultInjector } })];
}

/** By what it is: labels of Istio's charts, of tags and of managed meshes, and the name of each injector's webhooks. */
function injects({ metadata: { labels }, webhooks: own }: z.output<typeof configurationSchema>): boolean {
  return (
    labels["app"] === "sidecar-injector" ||
    labels["istio.io/rev"] !== undefined ||
    labels["istio.io/tag"] !== undefined ||
    own.some(({ name }) => name.endsWith("sidecar-injector.istio.io"))
  );
}

function injectorOf({ metadata, webhooks: own }: z.output<typeof configurationSchema>): Injector {
  return {
    ...metadata,
    services: [...new Set(own.flatMap(({ clientConfig: { service } }) => service?.namespace ?? []))],
    urls: [...new Set(own.flatMap(({ clientConfig: { url } }) => url ?? []))],
    selectors: own.map(({ namespaceSelector, objectSelector }) => ({
      namespaces: namespaceSelector,
      pods: objectSelector,
    })),
  };
}

/** By the labels of Helm's records alone: what is in them are values, which may hold secrets. */
async function foundReleases(questions: Questions): Promise<readonly HelmRelease[] | undefined> {
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

async function foundPolicies(questions: Questions, { system }: Known): Promise<Policies> {
  const isOurs = typeof system === "object" && isOwned(system.metadata.labels);
  const listed = async (group: string, kind: string): Promise<Policies["networkPolicies"]> =>
    isOurs
      ? questions.list(`/apis/${group}/namespaces/${systemNamespace}/${kind}`, "", policySchema, "whole")
      : undefined;
  const [peerAuthentications, authorizationPolicies, networkPolicies] = await Promise.all([
    listed("security.istio.io/v1", "peerauthentications"),
    listed("security.istio.io/v1", "authorizationpolicies"),
    listed("networking.k8s.io/v1", "networkpolicies"),
  ]);
  return { peerAuthentications, authorizationPolicies, networkPolicies };
}
