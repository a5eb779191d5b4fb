/**
 * What a program embeds a mesh with. Everything that is exported here, in `isthmus/components` and in `isthmus/program`
 * is stable by semantic versioning; all else in the package may change at any time.
 *
 * @module isthmus
 */
export {
  EventListenerError,
  EventStreamError,
  MeshDeployment,
  OperationInterrupted,
  PulumiError,
  UnfinishedUpdate,
  doctorByContexts,
  doctorFromBundle,
  reportFromBundle,
  reportPage,
  type FailureCause,
} from "../operations/deployment";
export type {
  Acceptance,
  AcceptanceState,
  AnsweredCalls,
  CallerStatus,
  CallsOfReport,
  CertificateEnd,
  CertificateStatus,
  Changes,
  ChangesResult,
  CheckResult,
  ClusterOfGraph,
  ClusterOfReport,
  ClusterOrder,
  ClusterOrderOfReport,
  ClusterOutputs,
  ClusterStatus,
  ClusterTokens,
  ClusterTrustStatus,
  ConfigurationSource,
  ContextsOptions,
  ControlPlaneOfGraph,
  ControlPlaneOutputs,
  Destination,
  DestroyOptions,
  DestroyResult,
  DoctorCause,
  DoctorConsequence,
  DoctorOptions,
  DoctorReport,
  DrawnMesh,
  DriftFinding,
  DriftKind,
  DriftOptions,
  DriftReport,
  End,
  EndOfReport,
  ForeignContents,
  ForgetResult,
  GatewayOfGraph,
  GatewayOfReport,
  GatewayStatus,
  GeneratedRoots,
  GlobalNameStatus,
  HomeStatus,
  IntermediateOutputs,
  IstiodOfReport,
  IstiodStatus,
  LaggingProxy,
  LeftOut,
  ListsWish,
  MachineFilesOptions,
  MachineOfGraph,
  MadeFile,
  MeshClusterStatus,
  MeshDeploymentOptions,
  MeshGraph,
  MeshOutputs,
  MeshReport,
  MeshStatus,
  NetworkOfGraph,
  NotLookedAt,
  ObjectReference,
  OperationOptions,
  PolicyPack,
  ProjectSource,
  ReadClusterStatus,
  ReaderStatus,
  ReaderTokenAge,
  ReaderTokensReport,
  Readiness,
  Reconfigured,
  RevocationReadiness,
  RevocationReport,
  RevocationStep,
  RemovedLeftovers,
  RootElsewhere,
  RootsElsewhere,
  RotationReport,
  RotationStep,
  Selection,
  ServicesReport,
  Status,
  SummariseOptions,
  TokensState,
  TokenStatus,
  TokenStep,
  TrustReport,
  TrustState,
  UpdateResult,
  WrittenLists,
  UpOptions,
  UpResult,
  VerifyOptions,
  VerifyReport,
} from "../operations/deployment";
export type { ConfigurationEdit, EditedFile } from "../access";
export { isFoundWell } from "../operations/doctor";
export { driftMarkdown, isAsApplied } from "../operations/drift";
export type { RepairResult } from "../operations/drift";
export type { EventListener } from "../operations/events/event-sink";
export type * from "../operations/events/mesh-event";
export { meshMermaid, meshSvg } from "../operations/graph";
export type { MoveResult, PartRemoval } from "../operations/parts";
export {
  changeIds,
  IncompletePreview,
  interruptions,
  riskIds,
  toMarkdown as summaryMarkdown,
} from "../operations/summary";
export type {
  Change as SummaryChange,
  ChangeId,
  ClusterSummary,
  Detail,
  Difference,
  MarkdownOptions,
  MeshSummary,
  Risk,
  RiskId,
  UnseenCluster,
} from "../operations/summary";
export { isReportedWell } from "../operations/report";
export { isAnswered } from "../operations/services";
export { isInOrder } from "../operations/status";
export { isTrustworthy } from "../operations/trust";
export { isHealthy } from "../operations/verify";
export { ConfigurationError, formatProblem, type AcceptedFinding, type MeshConfig, type Problem } from "../topology";
export type { LifetimeState } from "../trust";
