import { mergeValues } from "../merge-values";
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
  /** Path of the module that has the last word on the releases, relative to the project. */
  readonly transforms?: string;
}

/** Istio's public chart repository since 1.31 (istio.io, 1.31 upgrade notes). */
export const publicChartRepository = "https://blob.istio.io/istio-release/charts";

/** Derives which Istio is installed. Pure. */
export function planIstio({ istio }: Mesh): IstioPlan {
  return {
    version: istio.version,
    charts: istio.charts ?? { repository: publicChartRepository },
    hub: istio.hub,
    tag: istio.tag ?? istio.version,
    ...(istio.transforms === undefined ? {} : { transforms: istio.transforms }),
  };
}

/** The mesh's extra values with those of one cluster laid over them. */
export function valuesOf(mesh: Mesh, own: Mesh["istio"]["values"]): HelmValuesByChart {
  const merged = (chart: keyof HelmValuesByChart): Record<string, unknown> =>
    mergeValues(mesh.istio.values[chart] ?? {}, own[chart] ?? {});
  return { base: merged("base"), istiod: merged("istiod"), gateway: merged("gateway") };
}
