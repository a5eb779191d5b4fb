import * as pulumi from "@pulumi/pulumi";

/** A Helm release whose pods the engine waits for, so that somebody else can look meanwhile what keeps them. */
export interface AwaitedRelease {
  /** The cluster's name in the mesh. */
  readonly cluster: string;
  /** The release's name in the cluster. */
  readonly name: string;
  readonly resource: pulumi.CustomResource;
  /** Known before the resource is made, as its own `urn` is not. */
  readonly urn: pulumi.Output<string>;
}

/**
 * @param child The resource's name to Pulumi.
 * @param parent The component that makes it.
 */
export function awaitedRelease(
  { cluster, name }: Pick<AwaitedRelease, "cluster" | "name">,
  resource: pulumi.CustomResource,
  child: string,
  parent: pulumi.Resource,
): AwaitedRelease {
  return { cluster, name, resource, urn: pulumi.createUrn(child, "kubernetes:helm.sh/v3:Release", parent) };
}
