export * from "./cluster-stack";
export * from "./digest";
export * from "./local-files";
export * from "./part-identity";
export * from "./part-outputs";
export * from "./trust-stack";
