export * from "./mesh-stack";
