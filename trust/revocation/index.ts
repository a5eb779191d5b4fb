export * from "./revocation-list";
export * from "./coverage";
export * from "./judge";
