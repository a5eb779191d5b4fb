export { checkPrerequisites } from "./prerequisites";
export { ensureTools } from "./ensure";
export { ToolError } from "./tool-error";
export type { Toolbox } from "./toolbox";
