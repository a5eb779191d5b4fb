export type { ClusterNote } from "./drawing";
export { drawnMesh, meshGraph } from "./graph";
export type {
  ClusterOfGraph,
  ControlPlaneOfGraph,
  DrawnMesh,
  GatewayOfGraph,
  MachineOfGraph,
  MeshGraph,
  NetworkOfGraph,
} from "./graph";
export { isDrawable, meshMermaid } from "./mermaid";
export { orderSigns } from "./measures";
export { drawingStyle } from "./style";
export { meshPicture, meshSvg } from "./svg";
