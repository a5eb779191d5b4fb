export * from "./parse";
export * from "./plan";
export * from "./problem";
export * from "./schema";
