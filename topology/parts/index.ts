export * from "./needs";
export * from "./part";
export * from "./slice";
