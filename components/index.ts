export * from "./control-plane";
export * from "./east-west-gateway";
export * from "./intermediate-ca";
export type { LoadBalancerService, ServiceReader } from "./internal/load-balancer";
export * from "./mesh";
export * from "./reader-account";
export * from "./remote-secret";
export * from "./root-ca";
export * from "./system-namespace";
