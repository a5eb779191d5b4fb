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

/** A chart on disk carries its version in itself; a repository is asked for Istio's version. */
export function chartSource({ charts, version }: IstioPlan, name: ChartName): ChartSource {
  if ("directory" in charts) return { chart: pathOf(charts.directory, name) };
  if ("archives" in charts) return { chart: pathOf(charts.archives, `${name}-${version}.tgz`) };
  if ("oci" in charts) return { chart: `${charts.oci}/${name}`, version };
  return { chart: name, version, repositoryOpts: { repo: charts.repository } };
}

/** Helm takes `a/b` for chart b of repository a: a relative path must begin with a dot. */
function pathOf(directory: string, name: string): string {
  const path = join(directory, name);
  return isAbsolute(path) || path.startsWith(".") ? path : `./${path}`;
}
