import { z } from "zod";
import type { ClusterPlan } from "../../../topology";
import type { ApiConnection } from "../../../access/connection/api-server";
import { chartObjectPath, chartObjectsOf, definedGroup } from "./chart-objects";
import type { FoundChartObject, Injector, StandingFacts } from "./facts";
import {
  foundContents,
  foundHostObjects,
  foundMachineEntries,
  foundNamespacePolicies,
  foundNodes,
  foundPolicies,
  foundProxyConfigs,
  foundPullSecrets,
  foundReleases,
  foundSidecars,
  type Known,
} from "./gather-system";
import { itemSchema, labelsSchema, metadataOnly, metadataSchema, Questions } from "./questions";

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
  const [
    chartObjects,
    injectors,
    istiods,
    releases,
    policies,
    namespacePolicies,
    namespaceSidecars,
    namespaceProxyConfigs,
    hostObjects,
    nodes,
    systemContents,
    pullSecrets,
    machineEntries,
  ] = await Promise.all([
    foundChartObjects(questions, known.cluster),
    foundInjectors(questions),
    questions.list("/apis/apps/v1/deployments", "app=istiod", itemSchema, "metadata"),
    known.system === "absent" ? [] : foundReleases(questions),
    foundPolicies(questions, known),
    foundNamespacePolicies(questions, known),
    foundSidecars(questions, known),
    foundProxyConfigs(questions, known),
    foundHostObjects(questions, known),
    foundNodes(questions, known),
    foundContents(questions, known),
    foundPullSecrets(questions, known),
    foundMachineEntries(questions, known),
  ]);
  return {
    ...known,
    chartObjects,
    injectors,
    istiods: istiods?.map(({ metadata }) => metadata),
    releases,
    policies,
    namespacePolicies,
    namespaceSidecars,
    namespaceProxyConfigs,
    hostObjects,
    nodes,
    systemContents,
    pullSecrets,
    machineEntries,
  };
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
