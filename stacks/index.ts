export { endWithEngine } from "./lost-engine";
export { configClusters, parseLastOutputs } from "./last-outputs";
export * from "./mesh-stack";
export * from "./parts";
export * from "./program";
export { withoutUnknown } from "./stack-outputs";
