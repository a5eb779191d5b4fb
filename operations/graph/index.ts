export { meshGraph } from "./graph";
export type {
  ClusterOfGraph,
  ControlPlaneOfGraph,
  GatewayOfGraph,
  MachineOfGraph,
  MeshGraph,
  NetworkOfGraph,
} from "./graph";
export { isDrawable, meshMermaid } from "./mermaid";
export { meshSvg } from "./svg";
