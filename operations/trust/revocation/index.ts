export { authoritiesIn, type StackAuthority } from "./stack-authorities";
export { listsOf, type ListsChange } from "./lists";
export type { RevocationReadiness, RevocationReport, RevocationStep } from "./report";
export { authorityOf, revocationReport } from "./standing";
export {
  liftLists,
  renewLists,
  revokeIntermediate,
  type ListsWish,
  type RevocableMesh,
  type RevocationHost,
  type Revoked,
  type Revoking,
  type WrittenLists,
} from "./revoke";
