/**
 * What a resource is in the words of the field, by its URN alone: that has the types of the components that it is in, and
 * names are a contract (`mesh-<cluster>-<suffix of the component>-<suffix of the child>`). So it works for any stack of a
 * mesh, and for clusters that no configuration has any more.
 */

import {
  firstRoot,
  meshName,
  rootCalled,
  rootComponent,
  siteComponents,
  type CataloguedComponent,
  type ResourceWords,
} from "../../topology";
import type { Subject } from "./mesh-event";

/** A row of the catalogue. */
interface CatalogueRow extends CataloguedComponent {
  /** What follows `mesh-<cluster>-` in the component's name. */
  readonly suffix: string;
}

const rows: readonly CatalogueRow[] = Object.entries(siteComponents).map(([suffix, component]) => ({
  suffix,
  ...component,
}));

/** The parts of a URN: `urn:pulumi:<stack>::<project>::<type>$<type>::<name>`. */
interface UrnParts {
  /** Of the resource and of all that it is in, the outermost first. */
  readonly types: readonly string[];
  readonly name: string;
}

/** Reads a URN; one that is none has no types and itself as a name. */
export function urnParts(urn: string): UrnParts {
  const [, , types, ...name] = urn.split("::");
  if (types === undefined || name.length === 0) return { types: [], name: urn };
  return { types: types.split("$"), name: name.join("::") };
}

/** What a resource is. Pure. */
export function subjectOf(urn: string): Subject {
  const { types, name } = urnParts(urn);
  const type = types.at(-1) ?? "";
  return (
    ofRoot(name, types) ??
    namespaceOf(name, types) ??
    ofNamespace(name, types) ??
    globalServiceOf(name, types) ??
    machineOf(name, types) ??
    keyOf(name, types) ??
    tokenOf(name, types) ??
    ofComponent(name, componentType(types.at(-2)), (row) => Object.entries(row.children)) ??
    ofComponent(name, componentType(type), ({ noun }) => [["", [noun]]]) ??
    ofEngine(name, type) ?? {
      ...clusterOfParent(name, componentType(types.at(-2))),
      component: type.split(":").at(-1) ?? type,
      part: name,
    }
  );
}

function componentType(type: string | undefined): string | undefined {
  return /^isthmus:index:(.+)$/.exec(type ?? "")?.[1];
}

/** A root CA, or what one is made of: what the mesh's file calls it stands in its name. */
function ofRoot(name: string, types: readonly string[]): Subject | undefined {
  const { type, noun, children } = rootComponent;
  const of = (component: string): { readonly root?: string } | undefined => {
    const root = rootCalled(component, meshName);
    return root === undefined ? undefined : root === firstRoot ? {} : { root };
  };
  if (componentType(types.at(-1)) === type) {
    const root = of(name);
    return root && { ...root, component: noun };
  }
  if (componentType(types.at(-2)) !== type) return undefined;
  for (const [child, [component, part]] of Object.entries(children)) {
    const root = name.endsWith(`-${child}`) ? of(name.slice(0, -child.length - 1)) : undefined;
    if (root !== undefined) return { ...root, component, part };
  }
  return undefined;
}

/** Namespaces of workloads have their own name in that of the resource; a cluster's name has no dot. */
function namespaceOf(name: string, types: readonly string[]): Subject | undefined {
  const at = types.slice(-2).map(componentType).lastIndexOf("MeshNamespace");
  if (at === -1) return undefined;
  const ofComponent = at === types.slice(-2).length - 1;
  const pattern = ofComponent ? /^mesh-(.+?)-namespace\.(.+)$/ : /^mesh-(.+?)-namespace\.(.+)-(?:namespace|patch)$/;
  const [, cluster, namespace] = pattern.exec(name) ?? [];
  if (cluster === undefined || namespace === undefined) return undefined;
  return { cluster, component: "namespace", part: namespace };
}

/** So has what counts for the workloads of one namespace: the pattern has its cluster and its namespace. */
const namespaceSettings = [
  { type: "MutualTls", pattern: /^mesh-(.+?)-mutual-tls\.(.+?)(?:-policy)?$/, component: "mutual TLS", word: "in" },
  {
    type: "SidecarScope",
    pattern: /^mesh-(.+?)-sidecar-scope\.(.+?)(?:-sidecar)?$/,
    component: "sidecar scope",
    word: "of",
  },
  {
    type: "DnsCapture",
    pattern: /^mesh-(.+?)-dns-capture\.(.+?)(?:-proxy-config)?$/,
    component: "DNS capture",
    word: "of",
  },
] as const;

function ofNamespace(name: string, types: readonly string[]): Subject | undefined {
  const nearest = types.slice(-2).map(componentType);
  const setting = namespaceSettings.find(({ type }) => nearest.includes(type));
  const [, cluster, namespace] = setting?.pattern.exec(name) ?? [];
  if (setting === undefined || cluster === undefined || namespace === undefined) return undefined;
  return { cluster, component: setting.component, part: `${setting.word} ${namespace}` };
}

/** So have global services, and their objects the global name that they are about. */
function globalServiceOf(name: string, types: readonly string[]): Subject | undefined {
  if (!types.slice(-2).map(componentType).includes("GlobalService")) return undefined;
  const [, cluster, service, part, host] =
    /^mesh-(.+?)-global-service\.([-a-z0-9]+?)(?:-(entry(?:_[-a-z0-9]+)?|elsewhere|rule|route)\.(.+))?$/.exec(name) ??
    [];
  if (cluster === undefined || service === undefined) return undefined;
  return {
    cluster,
    component: "global service",
    part: host === undefined ? service : `${host} ${part?.replace("_", " in ") ?? ""}`,
  };
}

/** So have machines outside Kubernetes. */
function machineOf(name: string, types: readonly string[]): Subject | undefined {
  const at = types.slice(-2).map(componentType).lastIndexOf("Machine");
  if (at === -1) return undefined;
  const ofComponent = at === types.slice(-2).length - 1;
  const [, cluster, machine] =
    (ofComponent ? /^mesh-(.+?)-machine\.(.+)$/ : /^mesh-(.+?)-machine\.(.+)-entry$/).exec(name) ?? [];
  if (cluster === undefined || machine === undefined) return undefined;
  return { cluster, component: "machine", part: machine };
}

/** So has what belongs to a key of an intermediate CA, where it is not the one that nobody names. */
function keyOf(name: string, types: readonly string[]): Subject | undefined {
  const { children, type } = siteComponents.intermediate;
  if (componentType(types.at(-2)) !== type) return undefined;
  const [, cluster, child, key] = /^mesh-(.+?)-intermediate-(key|request|certificate)\.(.+)$/.exec(name) ?? [];
  if (cluster === undefined || key === undefined) return undefined;
  const [component, part] = children[child as keyof typeof children];
  return { cluster, component, part: child === "key" ? `key ${key}` : `${part} of key ${key}` };
}

/** So has a token of an account, where it is not the one that nobody names. */
function tokenOf(name: string, types: readonly string[]): Subject | undefined {
  const row = rows.find(({ suffix, type }) => type === "ReaderAccount" && name.includes(`-${suffix}-token.`));
  if (row === undefined || componentType(types.at(-2)) !== row.type) return undefined;
  const [, cluster, token] = new RegExp(`^mesh-(.+?)-${row.suffix}-token\\.(.+)$`).exec(name) ?? [];
  if (cluster === undefined || token === undefined) return undefined;
  return { cluster, component: row.noun, part: `token ${token}` };
}

/** @param called What there is of a component, by what follows the component's name in that of the resource. */
function ofComponent(
  name: string,
  componentType: string | undefined,
  called: (row: CatalogueRow) => readonly (readonly [string, ResourceWords])[],
): Subject | undefined {
  for (const row of rows.filter(({ type }) => type === componentType)) {
    for (const [child, [component, part]] of called(row)) {
      const ending = [row.suffix, ...(child === "" ? [] : [child])].join("-");
      const cluster = new RegExp(`^mesh-(.+)-${ending}$`).exec(name)?.[1];
      if (cluster === undefined) continue;
      return { cluster, component, ...(part === undefined ? {} : { part }) };
    }
  }
  return undefined;
}

/** The cluster of something in a component that is known, though not with such a child. */
function clusterOfParent(name: string, parent: string | undefined): Pick<Subject, "cluster"> {
  for (const { suffix } of rows.filter(({ type }) => type === parent)) {
    const cluster = new RegExp(`^mesh-(.+)-${suffix}-`).exec(name)?.[1];
    if (cluster !== undefined) return { cluster };
  }
  return {};
}

/** What the engine itself has: the stack, and providers, of which a cluster's is called after it. */
function ofEngine(name: string, type: string): Subject | undefined {
  if (type === "pulumi:pulumi:Stack") return { component: "stack" };
  if (!type.startsWith("pulumi:providers:")) return undefined;
  // Pulumi's own `default_4_32_0` is no cluster: the name of one has no underscore.
  const isCluster = type.endsWith(":kubernetes") && !name.includes("_");
  return isCluster ? { cluster: name, component: "provider" } : { component: "provider", part: type.slice(17) };
}

/** A subject as it stands in a line, its cluster aside: `intermediate CA certificate`. */
export function subjectWords({ component, root, part }: Pick<Subject, "component" | "root" | "part">): string {
  return [component, root, part].filter((word) => word !== undefined).join(" ");
}
