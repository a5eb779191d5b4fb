export type * from "./report";
export {
  planRotation,
  rotateTokens,
  type RotatableMesh,
  type RotationHost,
  type RotationPlan,
  type RotationSelection,
} from "./rotate";
export { readerTokensReport } from "./status";
