/** A resource of a stack's exported state, as far as it matters here (sdk/go/common/apitype, ResourceV3). */
export interface StateResource {
  readonly urn: string;
  readonly type: string;
  /** Of a custom resource, which a provider made. */
  readonly id?: string;
  /** It has been replaced already and waits for its deletion; the one in its place has the same URN. */
  readonly delete?: boolean;
  readonly parent?: string;
  /** `<urn>::<id>` */
  readonly provider?: string;
  readonly dependencies?: readonly string[];
  readonly propertyDependencies?: Readonly<Record<string, readonly string[]>>;
  readonly deletedWith?: string;
  readonly replaceWith?: readonly string[];
  readonly aliases?: readonly string[];
  readonly protect?: boolean;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

/** Type of the resource that stands for a stack, and holds its outputs. */
export const stackType = "pulumi:pulumi:Stack";

/** Name of a resource: the last part of `urn:pulumi:<stack>::<project>::<types>::<name>`. */
export function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

/**
 * The resource with other references to those that it depends on. Its parent and its provider, without which it cannot
 * be, are left as they are. Pure.
 * @param reference The URN to refer to instead; undefined where the reference goes.
 */
export function withReferences<T extends StateResource>(
  resource: T,
  reference: (urn: string) => string | undefined,
): T {
  const { dependencies, propertyDependencies, replaceWith, deletedWith, ...rest } = resource;
  const kept = (urns: readonly string[]): readonly string[] => urns.flatMap((urn) => reference(urn) ?? []);
  const owner = deletedWith === undefined ? undefined : reference(deletedWith);
  return {
    ...(rest as T),
    ...(dependencies === undefined ? {} : { dependencies: kept(dependencies) }),
    ...(propertyDependencies === undefined
      ? {}
      : {
          propertyDependencies: Object.fromEntries(
            Object.entries(propertyDependencies).map(([property, urns]) => [property, kept(urns)]),
          ),
        }),
    ...(replaceWith === undefined ? {} : { replaceWith: kept(replaceWith) }),
    ...(owner === undefined ? {} : { deletedWith: owner }),
  };
}
