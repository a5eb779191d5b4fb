export { driftMarkdown, isAsApplied, objectText } from "../drift";
export type { ClusterStatus, DriftFinding, DriftKind, DriftReport, ObjectReference } from "../drift";
export type { MadeFile } from "../authority";
export { interruptions, toLines as summaryLines, toMarkdown as summaryMarkdown, type MeshSummary } from "../summary";
export {
  EventStreamError,
  PulumiError,
  runsOnLab,
  UnfinishedUpdate,
  type Changes,
  type ChangesResult,
  type FailureCause,
} from "../stack";
export { planRotation, rotateTokens } from "../reader-tokens";
export type {
  ClusterTokens,
  ReaderStatus,
  ReaderTokensReport,
  RotatableMesh,
  RotationSelection,
  TokensState,
  TokenStatus,
  TokenStep,
} from "../reader-tokens";
export type { ForgetResult, PolicyPack, UpdateResult } from "../stack";
export { isTrustworthy, liftLists, notByCommand, renewLists, revokeIntermediate } from "../trust";
export type {
  ListsWish,
  RevocableMesh,
  RevocationReadiness,
  RevocationReport,
  RevocationStep,
  Revoked,
  WrittenLists,
} from "../trust";
export type { CertificateStatus, ClusterTrustStatus, End, LaggingProxy, TrustReport, TrustState } from "../trust";
export type {
  Destination,
  GeneratedRoots,
  Readiness,
  RootElsewhere,
  RootsElsewhere,
  RotationReport,
  RotationStep,
} from "../trust";
export { acceptanceWords, type Acceptance, type AcceptanceState } from "../acceptance";
export { faultTitles, isFoundWell } from "../doctor";
export type { DoctorCause, DoctorConsequence, DoctorReport, NotLookedAt } from "../doctor";
export { checkTitles } from "../check";
export { checks, isHealthy } from "../verify";
export type { AnsweredCalls, CheckResult, LeftOut, Selection, Status, VerifyReport } from "../verify";
export type { ForeignContents } from "../foreign-contents";
export type { RemovedLeftovers } from "../leftovers";
export { ensureNothingElse, updateByEdit } from "../edited-update";
export { subjectWords } from "../events";
export type { DestroyResult } from "./destruction";
export { doctorByContexts, reportByContexts, verifyByContexts } from "./by-contexts";
export { doctorFromBundle, reportFromBundle } from "./examinations";
export { EventListenerError, OperationInterrupted } from "./failures";
export { MeshDeployment, type Reconfigured, type UpResult } from "./mesh-deployment";
export type {
  CheckOptions,
  ConfigurationSource,
  ContextsOptions,
  ContextsVerifyOptions,
  DestroyOptions,
  DoctorOptions,
  DriftOptions,
  MachineFilesOptions,
  MeshDeploymentOptions,
  OperationOptions,
  ProjectSource,
  SummariseOptions,
  UpOptions,
  VerifyOptions,
} from "./options";
export type { ClusterOutputs, ControlPlaneOutputs, IntermediateOutputs, MeshOutputs } from "./outputs";
export { type Run } from "./run";
export type { MeshStacks } from "./stacks";
export { isAnswered } from "../services";
export type { CallerStatus, GlobalNameStatus, HomeStatus, ServicesReport } from "../services";
export { meshMermaid, meshSvg } from "../graph";
export type {
  ClusterOfGraph,
  ControlPlaneOfGraph,
  DrawnMesh,
  GatewayOfGraph,
  MachineOfGraph,
  MeshGraph,
  NetworkOfGraph,
} from "../graph";
export { reportPage, verdictOf, writeReportPage } from "../report";
export type {
  CallsOfReport,
  ClusterOfReport,
  ClusterOrderOfReport,
  EndOfReport,
  GatewayOfReport,
  IstiodOfReport,
  MeshReport,
} from "../report";
export { isInOrder } from "../status";
export type {
  CertificateEnd,
  ClusterOrder,
  GatewayStatus,
  IstiodStatus,
  MeshClusterStatus,
  MeshStatus,
  ReadClusterStatus,
  ReaderTokenAge,
} from "../status";
