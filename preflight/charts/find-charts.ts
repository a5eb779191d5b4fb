import type { Chart, IstioPlan } from "../../topology";
import type { Environment } from "../../access/kubeconfig/kubeconfig-file";
import { ArchiveCache } from "./archive-cache";
import { ChartFault } from "./chart-fault";
import { chartNames, type ChartFiles } from "./chart-files";
import { Downloads } from "./downloads";
import { chartInArchive, chartInDirectory } from "./on-disk";
import { ChartRegistry } from "./registry";
import { ChartRepository } from "./repository";

/** The charts that could be had, and what is wrong with the others. */
export interface FoundCharts {
  readonly charts: ReadonlyMap<Chart, ChartFiles>;
  readonly faults: readonly ChartFault[];
}

/**
 * Gets Istio's charts from where the configuration says, all at the same time.
 * @param timeoutMs How long a repository or a registry may be silent, in milliseconds.
 */
export async function findCharts(
  istio: IstioPlan,
  projectDirectory: string,
  environment: Environment,
  timeoutMs: number,
): Promise<FoundCharts> {
  const downloads = new Downloads(environment, timeoutMs);
  try {
    const get = await sourceOf(istio, projectDirectory, downloads);
    const found = await Promise.all(chartNames.map(async (chart) => [chart, await attempt(() => get(chart))] as const));
    return {
      charts: new Map(found.flatMap(([chart, files]) => (files instanceof ChartFault ? [] : [[chart, files]]))),
      faults: found.flatMap(([, files]) => (files instanceof ChartFault ? [files] : [])),
    };
  } catch (error) {
    // The source itself: no chart can be had from it.
    if (error instanceof ChartFault) return { charts: new Map(), faults: [error] };
    throw error;
  } finally {
    downloads.close();
  }
}

async function sourceOf(
  { charts, version }: IstioPlan,
  projectDirectory: string,
  downloads: Downloads,
): Promise<(chart: Chart) => Promise<ChartFiles>> {
  if ("directory" in charts) return (chart) => chartInDirectory(charts.directory, projectDirectory, chart);
  if ("archives" in charts) return (chart) => chartInArchive(charts.archives, projectDirectory, chart, version);
  const cache = new ArchiveCache(downloads.environment);
  if ("oci" in charts) {
    const registry = new ChartRegistry(charts.oci, version, downloads, cache);
    return (chart) => registry.chart(chart);
  }
  const repository = await ChartRepository.open(charts.repository, version, downloads, cache);
  return (chart) => repository.chart(chart);
}

async function attempt(get: () => Promise<ChartFiles>): Promise<ChartFiles | ChartFault> {
  try {
    return await get();
  } catch (error) {
    if (error instanceof ChartFault) return error;
    throw error;
  }
}
