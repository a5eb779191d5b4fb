/**
 * How the components of a cluster are called: `mesh-<cluster>-<suffix>`. No suffix ends with another one after a dash, so
 * that such a name says whose it is, also beside clusters whose names begin alike. Pure.
 */

const siteSuffixes = [
  "config-kubeconfig",
  "control-plane",
  "cross-network",
  "exposed-istiod",
  "gateway",
  "intermediate",
  "istiod-account",
  "reader",
  "remote-clusters",
  "system",
] as const;

/** What follows a cluster's name in the name of one of its components. A cluster's name has no dot. */
export type SiteSuffix = (typeof siteSuffixes)[number] | `namespace.${string}`;

/**
 * Whether a component of a mesh is one of a cluster's.
 * @param mesh Name of the Mesh component.
 */
export function isSiteComponent(name: string, mesh: string, cluster: string): boolean {
  const prefix = `${mesh}-${cluster}-`;
  return siteSuffixes.some((suffix) => name === prefix + suffix) || name.startsWith(`${prefix}namespace.`);
}
