export { readMeshStatus } from "./read";
export * from "./report";
