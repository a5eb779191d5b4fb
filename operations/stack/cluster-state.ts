/**
 * What a stack's exported state holds of one cluster. Pure.
 */

import { isSiteComponent, meshName } from "../../topology";
import { nameOf, stackType, withReferences, type ExportedState, type StateResource } from "../../engine/state";
import { providerName } from "../../stacks/recovery/pending";

const providerType = "pulumi:providers:kubernetes";

/** Names of the clusters that a state has something of, sorted. */
export function clustersIn({ resources = [] }: ExportedState): string[] {
  const names = resources.flatMap(({ urn, type }) => (type === providerType ? [nameOf(urn)] : []));
  // Pulumi's own `default_4_32_0` is no cluster: the name of one has no underscore.
  return [...new Set(names)].filter((name) => !name.includes("_")).sort();
}

/**
 * The state without a cluster: without its provider, everything that was made by that, the cluster's components with what
 * they made (the intermediate CA's key), what was begun of these, what others say of depending on them, and the stack's
 * outputs about the cluster.
 */
export function stateWithoutCluster<T extends ExportedState>(state: T, cluster: string): T {
  const { resources = [], pending_operations: operations } = state;
  const gone = new Set<string>();
  // A parent stands before its children.
  for (const resource of resources) {
    if (isOf(resource, cluster) || (resource.parent !== undefined && gone.has(resource.parent))) gone.add(resource.urn);
  }
  const isGone = (resource: StateResource): boolean =>
    gone.has(resource.urn) || isOf(resource, cluster) || (resource.parent !== undefined && gone.has(resource.parent));
  const kept = (urn: string): string | undefined => (gone.has(urn) ? undefined : urn);
  return {
    ...state,
    resources: resources
      .filter((resource) => !isGone(resource))
      .map((resource) => withoutOutputs(withReferences(resource, kept), cluster)),
    ...(operations === undefined ? {} : { pending_operations: operations.filter(({ resource }) => !isGone(resource)) }),
  };
}

function isOf({ urn, type, provider }: StateResource, cluster: string): boolean {
  return (
    providerName(provider) === cluster ||
    (type === providerType && nameOf(urn) === cluster) ||
    (type.startsWith("isthmus:index:") && isSiteComponent(nameOf(urn), meshName, cluster))
  );
}

/**
 * The next update reads what the last one said of its clusters. A new cluster that takes over the name must not pass for
 * the one that is forgotten.
 */
function withoutOutputs<T extends StateResource>(resource: T, cluster: string): T {
  if (resource.type !== stackType || resource.outputs === undefined) return resource;
  const outputs = Object.entries(resource.outputs).map(([key, value]) =>
    ["clusters", "controlPlanes"].includes(key) ? [key, without(value, cluster)] : [key, value],
  );
  return { ...resource, outputs: Object.fromEntries(outputs) as StateResource["outputs"] };
}

function without(value: unknown, key: string): unknown {
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== key));
}
