export * from "./cluster-stack";
export * from "./digest";
export * from "./part-outputs";
export * from "./trust-stack";
