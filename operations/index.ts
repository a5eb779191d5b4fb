export * from "./drift";
export * from "./leftovers";
export * from "./stack";
export * from "./verify";
