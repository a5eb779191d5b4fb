/** Which part of a mesh a resource of a state belongs to. Pure. */

import { nameOf, stackType, type StateResource } from "../../engine/state";
import { isSiteComponent, meshName, rootCalled, rootComponent, siteComponents, trustPart } from "../../topology";
import { providerName } from "../../stacks/recovery/pending";

const rootType = `isthmus:index:${rootComponent.type}`;

/** Components of the trust; all others are of one cluster. */
const trustTypes = [rootType, `isthmus:index:${siteComponents.intermediate.type}`];

/**
 * The part that each resource belongs to, by its URN; `every` for what each stack has. What only the engine itself uses,
 * which it makes anew, is left out; and so is what is no mesh's.
 */
export function partsOfResources(
  resources: readonly StateResource[],
  sites: readonly string[],
): ReadonlyMap<string, string> {
  const parts = new Map<string, string>();
  for (const resource of resources) {
    const above = parts.get(resource.parent ?? "");
    const part = ownPart(resource, sites) ?? (above === "every" ? undefined : above);
    if (part !== undefined) parts.set(resource.urn, part);
  }
  return parts;
}

function ownPart({ urn, type, provider }: StateResource, sites: readonly string[]): string | undefined {
  const name = nameOf(urn);
  if (type === stackType || (type === "isthmus:index:Mesh" && name === meshName)) return "every";
  if (trustTypes.includes(type) || type === "pulumi:providers:tls") return trustPart;
  if (type === "pulumi:providers:kubernetes" && sites.includes(name)) return name;
  const made = providerName(provider);
  if (made !== undefined && sites.includes(made)) return made;
  return sites.find((site) => isSiteComponent(name, meshName, site));
}

/**
 * Name of the root CA that a resource is, or that it is one of; undefined where it is of none. It is told by the component,
 * for a cluster may be called `root`.
 */
export function rootOfResource(resource: StateResource, resources: readonly StateResource[]): string | undefined {
  const root = [resource, ...resources.filter(({ urn }) => urn === resource.parent)].find(
    ({ type }) => type === rootType,
  );
  return root && rootCalled(nameOf(root.urn), meshName);
}

/** Whether the engine itself made a resource: the one that stands for the stack, and providers that no program names. */
export function isOfEngine({ type, urn }: StateResource): boolean {
  if (type === stackType) return true;
  const [, kind] = /^pulumi:providers:(.+)$/.exec(type) ?? [];
  return kind !== undefined && (kind !== "kubernetes" || nameOf(urn).includes("_"));
}

/** What a state holds beside one part and what every stack has. */
export function othersThan(part: string, resources: readonly StateResource[]): readonly StateResource[] {
  const own = partsOfResources(resources, part === trustPart ? [] : [part]);
  return resources.filter((one) => !isOfEngine(one) && !["every", part].includes(own.get(one.urn) ?? ""));
}

/** What is no part's of a mesh, beside what the engine makes for itself. */
export function ofNoPart(resources: readonly StateResource[], sites: readonly string[]): readonly StateResource[] {
  const parts = partsOfResources(resources, sites);
  return resources.filter((one) => !isOfEngine(one) && !parts.has(one.urn));
}
