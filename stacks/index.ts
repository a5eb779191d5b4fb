export { endWithEngine } from "./lost-engine";
export { belonging, configClusters, parseLastOutputs, type LastOutputs } from "./last-outputs";
export * from "./mesh-stack";
export { workDirectoryVariable } from "./own-state";
export * from "./parts";
export * from "./program";
export { knowledgeOf, ofOnePart } from "./stack-knowledge";
export { destroyOperation, operationVariable, refreshOperation } from "./operation";
export { withoutUnknown } from "./stack-outputs";
