export { cacheDirectory } from "./cache";
export { builtTools, ensureTools, pruneTools } from "./ensure";
export { checkPrerequisites } from "./prerequisites";
export { ToolError } from "./tool-error";
export type { Toolbox } from "./toolbox";
