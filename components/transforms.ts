import type * as kubernetes from "@pulumi/kubernetes";

/** Arguments of a Helm release. */
export type ReleaseArgs = kubernetes.helm.v3.ReleaseArgs;

/**
 * Has the last word on a release's arguments: for what no setting foresees.
 * @param cluster The cluster's name in the mesh.
 */
export type ReleaseTransform = (args: ReleaseArgs, cluster: string) => ReleaseArgs;

/** Transforms by the chart whose releases they are for. */
export interface ReleaseTransforms {
  readonly base?: ReleaseTransform;
  readonly istiod?: ReleaseTransform;
  readonly gateway?: ReleaseTransform;
}

/** The arguments after a transform, where there is one. */
export function transformed(transform: ReleaseTransform | undefined, cluster: string, args: ReleaseArgs): ReleaseArgs {
  return transform === undefined ? args : transform(args, cluster);
}
