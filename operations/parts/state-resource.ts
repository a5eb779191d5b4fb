/**
 * What the moves of states know of an exported state (sdk/go/common/apitype, DeploymentV3). Pure.
 */

/** A resource of an exported state. */
export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly parent?: string;
  /** `<urn>::<id>` */
  readonly provider?: string;
  readonly dependencies?: readonly string[];
  readonly propertyDependencies?: Readonly<Record<string, readonly string[]>>;
  readonly deletedWith?: string;
  readonly aliases?: readonly string[];
  readonly protect?: boolean;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

/** The state of a stack. Secrets stand in it in plain: it is for the memory of this process alone. */
export interface State {
  readonly resources?: readonly StateResource[];
  readonly pending_operations?: readonly unknown[];
}

/** Pulumi's markers of a secret (sdk/go/common/resource/sig). */
const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

/** Type of the resource that stands for a stack, and holds its outputs. */
export const stackType = "pulumi:pulumi:Stack";

/** Name of a resource: the last part of `urn:pulumi:<stack>::<project>::<types>::<name>`. */
export function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

/** A value of a state with its secrets in plain. */
export function revealed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revealed);
  if (typeof value !== "object" || value === null) return value;
  const record = value as Readonly<Record<string, unknown>>;
  if (record[signatureKey] === secretSignature && typeof record["plaintext"] === "string") {
    return revealed(JSON.parse(record["plaintext"]));
  }
  return Object.fromEntries(Object.entries(record).map(([key, inner]) => [key, revealed(inner)]));
}

/** A value that Pulumi encrypts when the state is imported. */
export function asSecret(value: unknown): object {
  return { [signatureKey]: secretSignature, plaintext: JSON.stringify(value) };
}

/** The resource as one of another stack; what it depends on that is not there is left out. */
export function inStack(
  resource: StateResource,
  project: string,
  from: string,
  to: string,
  isThere: (urn: string) => boolean,
): StateResource {
  const renamed = (urn: string): string => urnInStack(urn, project, from, to);
  const kept = (urns: readonly string[]): string[] => urns.filter(isThere).map(renamed);
  const { dependencies, propertyDependencies, deletedWith, parent, provider, ...rest } = resource;
  return {
    ...rest,
    // Former names were those in the former stack.
    ...(resource.aliases === undefined ? {} : { aliases: [] }),
    urn: renamed(resource.urn),
    ...(parent === undefined ? {} : { parent: renamed(parent) }),
    ...(provider === undefined ? {} : { provider: renamed(provider) }),
    ...(dependencies === undefined ? {} : { dependencies: kept(dependencies) }),
    ...(propertyDependencies === undefined
      ? {}
      : {
          propertyDependencies: Object.fromEntries(
            Object.entries(propertyDependencies).map(([property, urns]) => [property, kept(urns)]),
          ),
        }),
    ...(deletedWith === undefined || !isThere(deletedWith) ? {} : { deletedWith: renamed(deletedWith) }),
  };
}

/** The same URN in another stack. The stack's own resource bears the stack's name too. */
export function urnInStack(urn: string, project: string, from: string, to: string): string {
  const moved = urn.replace(`urn:pulumi:${from}::${project}::`, `urn:pulumi:${to}::${project}::`);
  return moved.endsWith(`::${stackType}::${project}-${from}`)
    ? `${moved.slice(0, -`${project}-${from}`.length)}${project}-${to}`
    : moved;
}
