import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { accessByKubeconfig, type ApiServerAccess, type ClusterAccess } from "../access";
import type { MeshCluster } from "../components";
import { issuedIntermediate } from "./issued-intermediate";
import { inWords } from "./mendable";
import { serviceAddresses } from "./service-addresses";

/** By what a program reaches a cluster. */
export interface MeshClusterArgs {
  /**
   * The cluster's kubeconfig: text in YAML or JSON, or a mapping. It may be an Output, of a cluster that the same program
   * makes; credential plugins are run where they are found. It is kept as a secret, whether it comes as one or not.
   */
  readonly kubeconfig: pulumi.Input<string | Readonly<Record<string, unknown>>>;
  /** The kubeconfig's context that counts. Default: its current one. */
  readonly context?: pulumi.Input<string>;
  /**
   * The provider by which the cluster's resources are made. Give it `enableSecretMutable: true`, so that istiod never sees
   * a Secret vanish, and a `clusterIdentifier`, so that an edited kubeconfig replaces nothing. Default: one is made, with
   * both.
   */
  readonly provider?: kubernetes.Provider;
  /**
   * What tells the cluster from another, for the provider that is made: where it changes, all that is in the cluster is
   * made anew. Give the cluster's own id where the program may replace the cluster. Default: the name, for good.
   */
  readonly clusterIdentifier?: pulumi.Input<string>;
  /** URL of the API server as the other clusters reach it. Default: the kubeconfig's. */
  readonly server?: pulumi.Input<string>;
  /** Name that the API server's certificate must have. Default: the kubeconfig's, for the kubeconfig's URL; else the URL's host. */
  readonly tlsServerName?: pulumi.Input<string>;
  /** PEM bundle, in base64, that signs the certificate that the other clusters meet. Default: the kubeconfig's. */
  readonly certificateAuthorityData?: pulumi.Input<string>;
  /** Namespaces of the mesh, `istio-system` among them, that are there already and not this stack's: they are adopted. Default: none. */
  readonly foreignNamespaces?: readonly string[];
}

/**
 * A cluster for a mesh, from its kubeconfig. All of it may be unknown in a preview: then the addresses of its load
 * balancers are too.
 * @param name The cluster's name in the mesh, and the name of the provider that is made.
 * @param opts Options of that provider.
 */
export function meshCluster(name: string, args: MeshClusterArgs, opts: pulumi.ResourceOptions = {}): MeshCluster {
  const { context, server, tlsServerName, certificateAuthorityData, foreignNamespaces } = args;
  const asked = { name, path: `mesh.clusters.${name}.kubeconfig` };
  const access = pulumi
    .all([pulumi.secret(args.kubeconfig), context, server, tlsServerName, certificateAuthorityData])
    .apply(([kubeconfig, ...others]) =>
      inWords(
        asked,
        accessByKubeconfig({
          name,
          kubeconfig,
          context: others[0],
          server: others[1],
          tlsServerName: others[2],
          certificateAuthorityData: others[3],
        }),
      ),
    );
  // Where an API server is reached is no secret, and neither is the certificate that it shows to everybody. One that is
  // undefined counts as left out, which the types of an Input cannot say.
  const ofOthers = (key: keyof ApiServerAccess): pulumi.Output<string> =>
    pulumi.unsecret(access.apply(({ forOthers }) => forOthers[key])) as pulumi.Output<string>;
  return {
    provider: args.provider ?? providerOf(name, access, args.clusterIdentifier, opts),
    server: ofOthers("server"),
    tlsServerName: ofOthers("tlsServerName"),
    certificateAuthorityData: ofOthers("certificateAuthorityData"),
    addresses: (service, timeoutSeconds) =>
      pulumi.unsecret(access.apply((known) => serviceAddresses(known, asked.path, service, timeoutSeconds))),
    issued: (question) =>
      pulumi.unsecret(access.apply((known) => issuedIntermediate({ access: known, path: asked.path }, question))),
    ...(foreignNamespaces === undefined ? {} : { foreignNamespaces }),
  };
}

function providerOf(
  name: string,
  access: pulumi.Output<ClusterAccess>,
  clusterIdentifier: pulumi.Input<string> | undefined,
  opts: pulumi.ResourceOptions,
): kubernetes.Provider {
  return new kubernetes.Provider(
    name,
    {
      kubeconfig: access.apply(({ kubeconfig }) => kubeconfig),
      clusterIdentifier: clusterIdentifier ?? name,
      enableSecretMutable: true,
    },
    // A cluster that gets another name in the mesh is still the same.
    pulumi.mergeOptions(opts, clusterIdentifier === undefined ? { ignoreChanges: ["clusterIdentifier"] } : {}),
  );
}
