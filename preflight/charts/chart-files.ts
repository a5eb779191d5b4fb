import type { Chart } from "../../topology";

/** The charts that a mesh is installed from. */
export const chartNames: readonly Chart[] = ["base", "istiod", "gateway"];

/**
 * The files of a chart that say what it is and which values it knows, by path in the chart: `Chart.yaml`,
 * `values.yaml`, and what lies below `templates` and `files`.
 */
export type ChartFiles = ReadonlyMap<string, string>;

/** Whether a file is one of those. */
export function isChartFile(path: string): boolean {
  return path === "Chart.yaml" || path === "values.yaml" || /^(templates|files)\//.test(path);
}

/** A longer file is passed over, in bytes: no template is, and Helm takes none from an archive (MaxDecompressedFileSize). */
export const longestFileBytes = 5 * 1024 * 1024;
