export type { ChartFiles } from "./chart-files";
export { findCharts, type FoundCharts } from "./find-charts";
export { valueReferences } from "./value-references";
