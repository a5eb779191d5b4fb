export type { MadeFile } from "./files";
export {
  makeIntermediates,
  signRequests,
  type IntermediateOptions,
  type RequestOptions,
  type SigningOptions,
} from "./intermediates";
export type { KeyAlgorithm } from "./keys";
export { madeFilesIn, removeMade } from "./removal";
export { makeRevocationLists, type ListOptions } from "./revocation-lists";
export { makeRoot, type RootOptions } from "./root";
export { makeWorkload, type WorkloadOptions } from "./workload";
export { writeRequests } from "./requests";
