export * from "./authority";
export type { Issuer } from "./issue";
export {
  issueRevocationList,
  renewRevocationList,
  type RenewedList,
  type RevocationListRequest,
} from "./revocation-list";
