import { isAbsolute, join } from "node:path";
import type { IstioPlan } from "../../topology";

/** The charts that a mesh of sidecars needs, by the names that Istio publishes them under. */
export type ChartName = "base" | "istiod" | "gateway";

/** Where a Helm release takes its chart from, in the arguments of `helm.v3.Release`. */
export interface ChartSource {
  readonly chart: string;
  readonly version?: string;
  readonly repositoryOpts?: { readonly repo: string };
}

/** A chart directory carries its version in itself; a repository is asked for Istio's version. */
export function chartSource(istio: IstioPlan, name: ChartName): ChartSource {
  if ("directory" in istio.charts) return { chart: pathOf(istio.charts.directory, name) };
  return { chart: name, version: istio.version, repositoryOpts: { repo: istio.charts.repository } };
}

/** Helm takes `a/b` for chart b of repository a: a relative path must begin with a dot. */
function pathOf(directory: string, name: ChartName): string {
  const path = join(directory, name);
  return isAbsolute(path) || path.startsWith(".") ? path : `./${path}`;
}
