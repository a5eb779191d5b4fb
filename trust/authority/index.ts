export * from "./authority";
export type { Issuer } from "./issue";
