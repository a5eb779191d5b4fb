export type { AccessPlan, FileAccess, OutputAccess, SecretAccess } from "./access-plan";
export * from "./cluster-plan";
export * from "./control-plane-plan";
export * from "./istio-plan";
export * from "./mesh-plan";
export { movedConfigurations } from "./moved-configurations";
export * from "./mutual-tls";
export type { NamespacePlan } from "./namespace-plan";
export * from "./without";
