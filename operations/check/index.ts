export { checkMesh, type CheckQuery } from "./check";
export { checkTitles } from "./rows";
