import type { V1Namespace, V1Service } from "@kubernetes/client-node";
import { listed, samenessOf, type MeshPlan } from "../../topology";
import { KubernetesError } from "../../access";
import type { Finding, VerifyContext } from "./check";
import { serviceShapes } from "../service-shapes";
import { leftOutWords } from "./control-plane";
import { sampleLabels } from "./sample-manifests";

/** So many are named in the message. */
const namedAtMost = 5;

/** Services of a cluster by namespace and name, each with its shape in words. */
type ServiceShapes = ReadonlyMap<string, string>;

/** Services of one name and namespace are one service to Istio, wherever they stand: then they must be alike. */
export async function servicesAlike(
  context: VerifyContext,
  clusters: readonly string[],
  without: ReadonlySet<string>,
): Promise<Finding> {
  const asked = clusters.filter((name) => !without.has(name));
  if (asked.length === 0) return { ok: false, message: "no cluster is looked at", isVoid: true };
  const found = new Map<string, ServiceShapes>();
  const unread: string[] = [];
  await Promise.all(
    asked.map(async (cluster) => {
      const shapes = await shapesIn(context, cluster);
      if (shapes === undefined) unread.push(cluster);
      else found.set(cluster, shapes);
    }),
  );
  const differing = differences(context.plan, found);
  const remarks = [
    ...(unread.length === 0 ? [] : [`namespaces and Services may not be listed in ${unread.sort().join(", ")}`]),
    ...leftOutWords(clusters.filter((name) => without.has(name))),
  ];
  if (differing.length > 0) {
    return { ok: false, isWarning: true, message: [listed(differing, namedAtMost), ...remarks].join("; ") };
  }
  if (unread.length > 0) {
    const hint = "Let this user list namespaces and Services of all namespaces.";
    return { ok: false, isWarning: true, message: `not known: ${remarks.join("; ")}`, hint };
  }
  return {
    ok: true,
    message: [`${sharedCount(context.plan, found)} in several clusters, all alike`, ...remarks].join("; "),
  };
}

/** @returns Undefined where they may not be read. */
async function shapesIn(context: VerifyContext, cluster: string): Promise<ServiceShapes | undefined> {
  const client = context.client(cluster);
  try {
    const [namespaces, services] = await Promise.all([
      client.list<V1Namespace>("/api/v1/namespaces"),
      client.list<V1Service>("/api/v1/services"),
    ]);
    return shapesOf(namespaces, services);
  } catch (error) {
    if (error instanceof KubernetesError && error.status === 403) return undefined;
    throw error;
  }
}

/** The Services of the namespaces whose pods get sidecars, without samples of this command. Pure. */
function shapesOf(namespaces: readonly V1Namespace[], services: readonly V1Service[]): ServiceShapes {
  return new Map(
    serviceShapes(namespaces, services, isSample).map(({ name, namespace, shape }) => [`${namespace}/${name}`, shape]),
  );
}

function isSample({ metadata }: V1Namespace): boolean {
  return Object.entries(sampleLabels).every(([label, value]) => metadata?.labels?.[label] === value);
}

/** Services that differ between clusters of which one calls the other, in words, sorted. Pure. */
function differences(plan: MeshPlan, found: ReadonlyMap<string, ServiceShapes>): string[] {
  const names = [...new Set([...found.values()].flatMap((shapes) => [...shapes.keys()]))]
    .filter((name) => isShared(plan, name))
    .sort();
  return names.flatMap((name) => {
    const byShape = new Map<string, string[]>();
    for (const cluster of [...found.keys()].sort()) {
      const shape = found.get(cluster)?.get(name);
      if (shape !== undefined) byShape.set(shape, [...(byShape.get(shape) ?? []), cluster]);
    }
    const groups = [...byShape.values()];
    const meet = groups.some((group, index) =>
      groups.slice(index + 1).some((other) => group.some((one) => other.some((two) => know(plan, one, two)))),
    );
    if (!meet) return [];
    const shown = [...byShape].map(([shape, clusters]) => `${clusters.join(", ")}: ${shape}`);
    return [`${name} (${shown.join("; ")})`];
  });
}

/** Whether clusters have one service by it. Of what is each cluster's own, each may be as it likes. */
function isShared({ sameness }: MeshPlan, key: string): boolean {
  const [namespace = "", name = ""] = key.split("/");
  return samenessOf(sameness, { name, namespace }) === "shared";
}

function know(plan: MeshPlan, one: string, other: string): boolean {
  return plan.clusters.some(
    ({ name, reaches }) => (name === one && reaches.includes(other)) || (name === other && reaches.includes(one)),
  );
}

function sharedCount(plan: MeshPlan, found: ReadonlyMap<string, ServiceShapes>): string {
  const counts = new Map<string, number>();
  for (const shapes of found.values())
    for (const name of shapes.keys()) if (isShared(plan, name)) counts.set(name, (counts.get(name) ?? 0) + 1);
  const shared = [...counts.values()].filter((count) => count > 1).length;
  return shared === 1 ? "1 Service stands" : `${shared} Services stand`;
}
