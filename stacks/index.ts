export { endWithEngine } from "./lost-engine";
export * from "./mesh-stack";
export { workDirectoryVariable } from "./own-state";
export * from "./parts";
export * from "./program";
export { parseLastOutputs } from "./last-outputs";
export { knowledgeOf } from "./stack-knowledge";
export { destroyOperation, operationVariable } from "./takedown";
export { withoutUnknown } from "./stack-outputs";
