/**
 * The components of a mesh for a Pulumi program of one's own, and the plan that they are made from.
 *
 * @module isthmus/components
 */
export { NoAddressError } from "../access";
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
export type {
  AddressReader,
  AwaitedRelease,
  ClusterOutputs,
  ConfigKubeconfigArgs,
  ControlPlaneArgs,
  ControlPlaneOutputs,
  CrossNetworkGatewayArgs,
  EastWestGatewayArgs,
  ExistingIntermediate,
  ExposedIstiodArgs,
  IntermediateArgs,
  IntermediateCaArgs,
  IntermediateOutputs,
  MeshArgs,
  MeshCluster,
  MeshContext,
  MeshNamespaceArgs,
  ReaderAccountArgs,
  ReleaseArgs,
  ReleaseTransform,
  ReleaseTransforms,
  RemoteSecretArgs,
  RootCaArgs,
  RootOutputs,
  ServiceName,
  SystemNamespaceArgs,
  NamedRoot,
  Trust,
} from "../components";
// The file alone: all of stacks is the program, which nobody needs who brings one.
export { meshCluster, type MeshClusterArgs } from "../stacks/mesh-cluster";
export { ConfigurationError, formatProblem, planProgramMesh } from "../topology";
export type {
  AccessPlan,
  ApiServerPlan,
  ChartsPlan,
  ClusterPlan,
  ControlPlanePlan,
  EastWestGatewayPlan,
  ExposedIstiodPlan,
  ExtraValues,
  FileAccess,
  FixedNetwork,
  HelmValues,
  HelmValuesByChart,
  IstioPlan,
  MeshPlan,
  Model,
  NamespacePlan,
  OutputAccess,
  Problem,
  ProgramMeshConfig,
  SamplePlan,
  SecretAccess,
  SitePlan,
} from "../topology";
