import { isMap } from "./merge-values";

/** The domain of Kubernetes' Services where nobody says otherwise. */
export const defaultClusterDomain = "cluster.local";

/**
 * The domain that an istiod gives to the Services of all clusters that it knows: `global.proxy.clusterDomain` of its chart,
 * `cluster.local` by default. Pure.
 * @param istiod Extra values of its chart.
 */
export function clusterDomainOf(istiod: Readonly<Record<string, unknown>>): string {
  const domain = ["global", "proxy", "clusterDomain"].reduce<unknown>(
    (inner, key) => (isMap(inner) ? inner[key] : undefined),
    istiod,
  );
  return typeof domain === "string" && domain !== "" ? domain : defaultClusterDomain;
}
