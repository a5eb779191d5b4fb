import { mergeValues } from "../merge-values";
import { configurationPath } from "../path";
import type { Mesh } from "../schema";

/** Extra Helm values of each chart. */
export interface HelmValuesByChart {
  readonly base: Record<string, unknown>;
  readonly istiod: Record<string, unknown>;
  readonly gateway: Record<string, unknown>;
}

/** Where Istio's charts come from. */
export type ChartsPlan =
  | { readonly repository: string }
  | { readonly oci: string }
  | { readonly directory: string }
  | { readonly archives: string };

/** Which Istio is installed, and where from. */
export interface IstioPlan {
  readonly version: string;
  readonly charts: ChartsPlan;
  readonly hub: string;
  readonly tag: string;
  /** What the configuration gives to the namespace `istio-system` of every cluster. */
  readonly systemNamespace: Mesh["istio"]["systemNamespace"];
  /** Path of the module that has the last word on the releases, relative to the project. */
  readonly transforms?: string;
  /** The user's extra values as they were written, the mesh's own before those of single clusters. */
  readonly extraValues: readonly ExtraValues[];
}

/** Extra Helm values of one place in the configuration. */
export interface ExtraValues {
  /** The place, such as `isthmus:mesh.clusters.east.values`. */
  readonly path: string;
  readonly values: Mesh["istio"]["values"];
}

/** Istio's public chart repository since 1.31 (istio.io, 1.31 upgrade notes). */
export const publicChartRepository = "https://blob.istio.io/istio-release/charts";

/** Derives which Istio is installed. Pure. */
export function planIstio(mesh: Mesh): IstioPlan {
  const { istio } = mesh;
  return {
    version: istio.version,
    charts: istio.charts ?? { repository: publicChartRepository },
    hub: istio.hub,
    tag: istio.tag ?? istio.version,
    systemNamespace: istio.systemNamespace,
    ...(istio.transforms === undefined ? {} : { transforms: istio.transforms }),
    extraValues: [
      { path: configurationPath("istio", "values"), values: istio.values },
      ...extraValuesOf("clusters", mesh.clusters),
      ...extraValuesOf("externalControlPlanes", mesh.externalControlPlanes),
    ],
  };
}

function extraValuesOf(
  key: "clusters" | "externalControlPlanes",
  sites: Readonly<Record<string, { readonly values: Mesh["istio"]["values"] }>>,
): ExtraValues[] {
  return Object.keys(sites)
    .sort()
    .map((name) => ({ path: configurationPath(key, name, "values"), values: sites[name]?.values ?? {} }))
    .filter(({ values }) => Object.keys(values).length > 0);
}

/** The mesh's extra values with those of one cluster laid over them. */
export function valuesOf(mesh: Mesh, own: Mesh["istio"]["values"]): HelmValuesByChart {
  const merged = (chart: keyof HelmValuesByChart): Record<string, unknown> =>
    mergeValues(mesh.istio.values[chart] ?? {}, own[chart] ?? {});
  return { base: merged("base"), istiod: merged("istiod"), gateway: merged("gateway") };
}
