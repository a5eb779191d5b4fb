export { cacheDirectory } from "./cache";
export { builtTools, ensureTools } from "./ensure";
export { checkPrerequisites } from "./prerequisites";
export type { Toolbox } from "./toolbox";
