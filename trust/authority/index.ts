export * from "./authority";
export type { Issuer } from "./issue";
export { issueRevocationList, type RevocationListRequest } from "./revocation-list";
