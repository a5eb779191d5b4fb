export * from "./istiod";
export * from "./judge";
export * from "./read";
export * from "./read-mesh";
export * from "./standing";
