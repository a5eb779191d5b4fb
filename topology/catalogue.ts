/**
 * The components of a mesh and what each of them makes: how Pulumi's resources of them are called, and how people call
 * them. The names are a contract: a state keeps them. A component of a cluster is `<mesh>-<cluster>-<suffix>`, its child
 * `<component>-<child>`.
 *
 * No suffix ends with another one after a dash, so that such a name says whose it is, also beside clusters whose names
 * begin alike.
 */

import { firstRoot } from "./schema/generated-roots";
import { firstIntermediateKey } from "./schema/intermediate-keys";
import { firstReaderToken } from "./schema/reader-tokens";

/** What people call a resource: the component that it belongs to, and which part of that it is, where it is not all. */
export type ResourceWords = readonly [component: string, part?: string];

/** A kind of component. */
export interface CataloguedComponent {
  /** Type of the component resource, without `isthmus:index:`. */
  readonly type: string;
  /** What people call it. */
  readonly noun: string;
  /** What it makes, by what follows its name in theirs. */
  readonly children: Readonly<Record<string, ResourceWords>>;
}

/** Name of the Mesh component of every stack. */
export const meshName = "mesh";

/** A root CA: `mesh-root`, and `mesh-root-<name>` for one with a name of its own. */
export const rootComponent = {
  type: "RootCa",
  noun: "root CA",
  children: { key: ["root CA", "key"], certificate: ["root CA", "certificate"] },
} as const satisfies CataloguedComponent;

/** Components of one cluster, by their suffix. */
export const siteComponents = {
  intermediate: {
    type: "IntermediateCa",
    noun: "intermediate CA",
    children: {
      key: ["intermediate CA", "key"],
      request: ["intermediate CA", "certificate request"],
      certificate: ["intermediate CA", "certificate"],
    },
  },
  system: {
    type: "SystemNamespace",
    noun: "system namespace",
    children: {
      namespace: ["system namespace"],
      patch: ["system namespace"],
      cacerts: ["intermediate CA", "Secret cacerts"],
    },
  },
  "issued-ca": {
    type: "IssuedIntermediate",
    noun: "issued intermediate CA",
    children: {
      certificate: ["intermediate CA", "Certificate"],
      roots: ["intermediate CA", "Secret with the roots"],
    },
  },
  "cert-manager": {
    type: "CertManagerInstallation",
    noun: "cert-manager",
    children: { namespace: ["cert-manager", "namespace"], release: ["cert-manager"] },
  },
  "control-plane": {
    type: "ControlPlane",
    noun: "control plane",
    children: { base: ["istio-base"], istiod: ["istiod"] },
  },
  "exposed-istiod": {
    type: "ExposedIstiod",
    noun: "exposed istiod",
    children: { service: ["exposed istiod", "Service"] },
  },
  reader: {
    type: "ReaderAccount",
    noun: "reader account",
    children: { token: ["reader account", "token"] },
  },
  "istiod-account": {
    type: "ReaderAccount",
    noun: "istiod account",
    children: { token: ["istiod account", "token"] },
  },
  "remote-clusters": {
    type: "RemoteSecret",
    noun: "remote secret",
    children: { secret: ["remote secret"] },
  },
  "config-kubeconfig": {
    type: "ConfigKubeconfig",
    noun: "configuration kubeconfig",
    children: { secret: ["configuration kubeconfig"] },
  },
  "cross-network": {
    type: "CrossNetworkGateway",
    noun: "cross-network gateway",
    children: { gateway: ["cross-network gateway"], global: ["cross-network gateway", "for global services"] },
  },
  "mutual-tls": {
    type: "MutualTls",
    noun: "mutual TLS",
    children: { policy: ["mutual TLS"] },
  },
  gateway: {
    type: "EastWestGateway",
    noun: "east-west gateway",
    children: { service: ["east-west gateway", "Service"], release: ["east-west gateway"] },
  },
} as const satisfies Readonly<Record<string, CataloguedComponent>>;

type SiteComponents = typeof siteComponents;
type Catalogued = SiteComponents[keyof SiteComponents] | typeof rootComponent;

/** What follows a cluster's name in the name of one of its components. A cluster's name has no dot. */
export type SiteSuffix = keyof SiteComponents | `${NamedSuffix}${string}`;

/** What comes before the name of a namespace of the mesh's workloads, of a machine or of a global service. */
const namedSuffixes = [
  "namespace.",
  "mutual-tls.",
  "sidecar-scope.",
  "dns-capture.",
  "machine.",
  "global-service.",
] as const;

type NamedSuffix = (typeof namedSuffixes)[number];

/** What a kind of component makes. */
export type ChildOf<Type extends Catalogued["type"]> = keyof Extract<Catalogued, { type: Type }>["children"] & string;

type WordsOf<Component> = Component extends { children: Readonly<Record<string, infer Words>> } ? Words : never;

/** What people call what a mesh is made of, as far as it is in the catalogue. */
export type ComponentNoun = Catalogued["noun"] | WordsOf<Catalogued>[0];

/**
 * Name of a root CA of a mesh.
 * @param root What the mesh's file calls it. Default: the root that every stack makes when nothing is said.
 */
export function rootName(mesh: string, root: string = firstRoot): string {
  return root === firstRoot ? `${mesh}-root` : `${mesh}-root-${root}`;
}

/** What the mesh's file calls a root CA, by the name of its component: the other way round of {@link rootName}. */
export function rootCalled(component: string, mesh: string): string | undefined {
  const name = rootName(mesh);
  if (component === name) return firstRoot;
  return component.startsWith(`${name}-`) ? component.slice(name.length + 1) : undefined;
}

/** Name of a component of a cluster. */
export function siteComponentName(mesh: string, cluster: string, suffix: SiteSuffix): string {
  return `${mesh}-${cluster}-${suffix}`;
}

/** Name of what a component makes. */
export function childName<Type extends Catalogued["type"]>(
  component: string,
  _type: Type,
  child: ChildOf<Type>,
): string {
  return `${component}-${child}`;
}

/**
 * Name of the Secret with a token of an account: `mesh-east-reader-token`, and `mesh-east-reader-token.<name>` for one with a
 * name of its own. A cluster's name has no dot.
 */
export function tokenName(account: string, token: string): string {
  const name = childName(account, "ReaderAccount", "token");
  return token === firstReaderToken ? name : `${name}.${token}`;
}

/**
 * Name of an object of a global service: `mesh-east-global-service.shop-rule.shop.mesh.internal`. A service's name has no dot.
 * @param part What the object is of the name: `entry`, `entry_<cluster>`, `elsewhere`, `rule`, `route`.
 */
export function globalServiceChildName(component: string, part: string, host: string): string {
  return `${component}-${part}.${host}`;
}

/**
 * Name of what an intermediate CA has for one of its keys: `mesh-east-intermediate-key`, and `mesh-east-intermediate-key.<name>`
 * for one with a name of its own.
 */
export function intermediateChildName(component: string, child: ChildOf<"IntermediateCa">, key: string): string {
  const name = childName(component, "IntermediateCa", child);
  return key === firstIntermediateKey ? name : `${name}.${key}`;
}

/** Name of what a component of a cluster makes. */
export function siteChildName<Suffix extends keyof SiteComponents>(
  mesh: string,
  cluster: string,
  suffix: Suffix,
  child: keyof SiteComponents[Suffix]["children"] & string,
): string {
  return `${mesh}-${cluster}${siteChildEnding(suffix, child)}`;
}

/** What the names of such things of all clusters end with. */
export function siteChildEnding<Suffix extends keyof SiteComponents>(
  suffix: Suffix,
  child: keyof SiteComponents[Suffix]["children"] & string,
): string {
  return `-${suffix}-${child}`;
}

/**
 * Whether a component of a mesh is one of a cluster's.
 * @param mesh Name of the Mesh component.
 */
export function isSiteComponent(name: string, mesh: string, cluster: string): boolean {
  const prefix = `${mesh}-${cluster}-`;
  return (
    Object.keys(siteComponents).some((suffix) => name === prefix + suffix) ||
    namedSuffixes.some((suffix) => name.startsWith(prefix + suffix))
  );
}
