/**
 * What a program embeds a mesh with. Everything that is exported here, in `isthmus/components` and in `isthmus/program`
 * is stable by semantic versioning; all else in the package may change at any time.
 *
 * @packageDocumentation
 */
export { PulumiError, UnfinishedUpdate } from "../operations";
export type { CheckResult, Status, VerifyReport } from "../operations";
export { ConfigurationError, formatProblem, type MeshConfig, type Problem } from "../topology";
