export { destroyParts } from "./destroy";
export { ensureInOneStack } from "./layout";
export { moveState, type MoveResult } from "./move";
export { partOptions, type PartsOptions, type PartWork } from "./options";
export { fitnessOfParts, partsOutputs, previewParts, refreshParts, stacksOfParts } from "./preview";
export { findRemovals, type PartRemoval, type Removals } from "./removals";
export { upParts, type PartResult, type PartsUpdate, type UpPartsOptions } from "./up";
export { findForgettablePart, forgetPart } from "./forget";
export { knowledgeOfParts } from "./parts-knowledge";
