export { checkPrerequisites } from "./prerequisites";
export { builtTools, ensureTools } from "./ensure";
export { ToolError } from "./tool-error";
export type { Toolbox } from "./toolbox";
