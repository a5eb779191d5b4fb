import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import {
  childName,
  intermediateCaSecret,
  identityAnnotations,
  networkLabel,
  ownedLabels,
  systemNamespace,
  type MeshPlan,
} from "../topology";
import { intermediateCaData } from "./internal/certificates";
import { controlPlaneClustersAnnotation } from "./internal/names";

/** What a {@link SystemNamespace} is made from. */
export interface SystemNamespaceArgs {
  readonly mesh: Pick<MeshPlan, "id" | "trustDomain">;
  /** The cluster's name in the mesh. */
  readonly cluster: string;
  /** The cluster's network; undefined for a cluster that is no part of the mesh. */
  readonly network?: string;
  /** Cluster id of the istiod elsewhere that serves this cluster; undefined where its own does. */
  readonly servedBy?: string;
  /** The intermediate CA of the istiod in this cluster; undefined where there is none. */
  readonly intermediate?: {
    readonly certificatePem: pulumi.Input<string>;
    readonly privateKeyPem: pulumi.Input<string>;
  };
  /** Certificate of the mesh's root CA, PEM. */
  readonly rootCertificatePem: pulumi.Input<string>;
}

/**
 * The namespace `istio-system` as istiod must find it when it first starts: labelled with its network, and with the
 * intermediate CA in the Secret `cacerts`. An istiod that starts without the Secret signs with a root of its own and
 * never looks for another (istio pilot, createIstioCA). It also says which mesh the cluster belongs to, so that no other
 * takes it over by mistake.
 */
export class SystemNamespace extends pulumi.ComponentResource {
  /** Name of the namespace, known when it exists. */
  readonly namespaceName: pulumi.Output<string>;

  constructor(name: string, args: SystemNamespaceArgs, opts: pulumi.ComponentResourceOptions) {
    super("isthmus:index:SystemNamespace", name, {}, opts);

    const namespace = new kubernetes.core.v1.Namespace(
      childName(name, "SystemNamespace", "namespace"),
      {
        metadata: {
          name: systemNamespace,
          labels: { ...ownedLabels, ...(args.network === undefined ? {} : { [networkLabel]: args.network }) },
          annotations: {
            [identityAnnotations.mesh]: args.mesh.id,
            [identityAnnotations.trustDomain]: args.mesh.trustDomain,
            [identityAnnotations.cluster]: args.cluster,
            ...(args.servedBy === undefined ? {} : { [controlPlaneClustersAnnotation]: args.servedBy }),
          },
        },
      },
      { parent: this },
    );
    if (args.intermediate !== undefined) {
      const { certificatePem, privateKeyPem } = args.intermediate;
      new kubernetes.core.v1.Secret(
        childName(name, "SystemNamespace", intermediateCaSecret),
        {
          metadata: { name: intermediateCaSecret, namespace: namespace.metadata.name, labels: ownedLabels },
          data: pulumi
            .all([certificatePem, privateKeyPem, args.rootCertificatePem])
            .apply(([certificate, privateKey, rootCertificate]) =>
              intermediateCaData({
                certificatePem: certificate,
                privateKeyPem: privateKey,
                rootCertificatePem: rootCertificate,
              }),
            ),
        },
        { parent: this },
      );
    }

    this.namespaceName = namespace.metadata.name;
    this.registerOutputs({ namespaceName: this.namespaceName });
  }
}
