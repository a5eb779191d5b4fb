import { configurationPath } from "../path";
import type { GlobalHome } from "../plan";
import { globalServicesSchema, nameFrom } from "../schema/global-services";
import { clustersOf, entriesOf } from "./draft";
import type { MeshDraft } from "./rule";

/** A global service of a draft. */
export type GlobalServiceDraft = NonNullable<NonNullable<NonNullable<MeshDraft["globalServices"]>["services"]>[string]>;

/** The template where none is written. */
export const defaultTemplate = globalServicesSchema.parse({}).names;

/** Global services of a draft, sorted by name. */
export function servicesOf(mesh: MeshDraft): [name: string, service: GlobalServiceDraft][] {
  return entriesOf(mesh.globalServices?.services);
}

/** A global name, and where it is written, or what it is made for. */
export interface WrittenName {
  readonly host: string;
  readonly path: string;
}

/** All names of global services; one that follows from the template stands for its service. */
export function namesIn(mesh: MeshDraft): WrittenName[] {
  const template = mesh.globalServices?.names ?? defaultTemplate;
  return servicesOf(mesh).flatMap(([service, { clusters, name, namespace, pinned, preferring }]) => {
    const path = (...keys: string[]): string => configurationPath("globalServices", "services", service, ...keys);
    const [home] = entriesOf(clusters);
    const made = nameFrom(template, { service, namespace: home?.[1].namespace ?? namespace ?? "" });
    return [
      { host: name ?? made, path: name === undefined ? path() : path("name") },
      ...entriesOf(pinned).map(([host]) => ({ host, path: path("pinned", host) })),
      ...entriesOf(preferring).map(([host]) => ({ host, path: path("preferring", host) })),
    ];
  });
}

/** Where a service is to run, as far as it is said. */
export type HomeDraft = Pick<GlobalHome, "cluster" | "serviceAccount"> &
  Partial<Pick<GlobalHome, "namespace" | "selector">>;

/** The clusters in which a service runs, sorted: those that it names, else all that have its namespace. */
export function homesOf(mesh: MeshDraft, service: GlobalServiceDraft): HomeDraft[] {
  const { namespace = "" } = service;
  const listed = Object.hasOwn(mesh.namespaces ?? {}, namespace) ? mesh.namespaces?.[namespace]?.clusters : undefined;
  const everywhere = (listed ?? clustersOf(mesh).map(([name]) => name)).flatMap((name) => name ?? []);
  const clusters: GlobalServiceDraft["clusters"] =
    service.clusters ?? Object.fromEntries(everywhere.map((name) => [name, {}]));
  return entriesOf(clusters).map(([cluster, home]) => {
    const serviceAccount = home.serviceAccount ?? service.serviceAccount;
    return {
      cluster,
      ...definedOf("namespace", home.namespace ?? service.namespace),
      ...definedOf("selector", soundLabels(home.selector ?? service.selector)),
      ...definedOf("serviceAccount", serviceAccount),
    };
  });
}

function definedOf<Key extends string, Value>(key: Key, value: Value | undefined): { readonly [K in Key]?: Value } {
  return (value === undefined ? {} : { [key]: value }) as { readonly [K in Key]?: Value };
}

function soundLabels(labels: GlobalServiceDraft["selector"]): Record<string, string> | undefined {
  return labels === undefined ? undefined : Object.fromEntries(entriesOf(labels));
}
