/**
 * The components of a mesh, for a Pulumi program of one's own, and what they are planned with.
 *
 * @packageDocumentation
 */
export {
  ConfigKubeconfig,
  ControlPlane,
  CrossNetworkGateway,
  EastWestGateway,
  ExposedIstiod,
  IntermediateCa,
  Mesh,
  MeshNamespace,
  ReaderAccount,
  RemoteSecret,
  RootCa,
  SystemNamespace,
} from "../components";
export {
  ConfigurationError,
  formatProblem,
  planProgramMesh,
  sitesOf,
  type Problem,
  type ProgramMeshConfig,
} from "../topology";
