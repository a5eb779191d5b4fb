export type { AcceptedFinding, AcceptedFindingPlan } from "./accepted";
export type { AccessPlan, FileAccess, OutputAccess, SecretAccess } from "./access-plan";
export * from "./cluster-plan";
export * from "./control-plane-plan";
export * from "./dns-capture";
export * from "./generated-roots";
export {
  globalHostsIn,
  globalServicesIn,
  servicesByRegionIn,
  type PlacedName,
  type PlacedService,
} from "./global-placement";
export { isRequestProtocol } from "./global-services";
export type {
  FailoverPolicy,
  GlobalHome,
  GlobalName,
  GlobalOrder,
  GlobalPort,
  GlobalServicePlan,
  GlobalShare,
  GlobalServicesPlan,
  RegionFailover,
} from "./global-services";
export * from "./istio-plan";
export * from "./machine-plan";
export * from "./mesh-plan";
export { movedConfigurations } from "./moved-configurations";
export * from "./mutual-tls";
export * from "./mutual-tls-mode";
export type { NamespaceCalls, NamespacePlan } from "./namespace-plan";
export { readerTokensOf, type ReaderTokensPlan } from "./reader-tokens";
export { isSamenessOfIstio, samenessOf, serviceSettingsOf, type Sameness, type SamenessPlan } from "./sameness";
export * from "./sidecar-scope";
export * from "./without";
export * from "./intermediate";
