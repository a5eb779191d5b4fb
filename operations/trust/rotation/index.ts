export { notByCommand, type RootElsewhere, type RootsElsewhere } from "./elsewhere";
export { goalOf, type Destination } from "./goal";
export type { GeneratedRoots, RotationStep } from "./next-step";
export type { Readiness } from "./readiness";
export { rotationReport, type RotationReport } from "./report";
