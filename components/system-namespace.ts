import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import {
  controlPlaneClustersAnnotation,
  childName,
  intermediateCaSecret,
  identityAnnotations,
  networkLabel,
  ownedLabels,
  systemNamespace,
  type MeshPlan,
} from "../topology";
import { intermediateCaData } from "./internal/certificates";

/** What a {@link SystemNamespace} is made from. */
export interface SystemNamespaceArgs {
  readonly mesh: Pick<MeshPlan, "id" | "trustDomain">;
  /** The cluster's name in the mesh. */
  readonly cluster: string;
  /** The cluster's network; undefined for a cluster that is no part of the mesh. */
  readonly network?: string;
  /** `adopt` for a namespace that somebody else made: it is labelled, and never deleted. Default: `create`. */
  readonly origin?: "create" | "adopt";
  /** More labels. Default: none. */
  readonly labels?: Readonly<Record<string, string>>;
  /** More annotations. Default: none. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** Cluster id of the istiod elsewhere that serves this cluster; undefined where its own does. */
  readonly servedBy?: string;
  /** The intermediate CA of the istiod in this cluster; undefined where there is none. */
  readonly intermediate?: {
    readonly certificatePem: pulumi.Input<string>;
    readonly privateKeyPem: pulumi.Input<string>;
  };
  /** Certificates of the mesh's root CAs, PEM, in the order in which istiod is given them. */
  readonly rootCertificatePem: pulumi.Input<string>;
  /** Revocation lists beside the intermediate, PEM: one of every CA of its chain among them. Default: none. */
  readonly revocationListsPem?: string;
}

/**
 * The namespace `istio-system` as istiod must find it when it first starts: labelled with its network, and with the
 * intermediate CA in the Secret `cacerts`. An istiod that starts without the Secret signs with a root of its own and
 * never looks for another (istio pilot, createIstioCA). It also says which mesh the cluster belongs to, so that no other
 * takes it over by mistake. One that a platform team has prepared keeps all that is theirs, and stays when the mesh goes.
 */
export class SystemNamespace extends pulumi.ComponentResource {
  /** Name of the namespace, known when it exists. */
  readonly namespaceName: pulumi.Output<string>;

  constructor(name: string, args: SystemNamespaceArgs, opts: pulumi.ComponentResourceOptions) {
    super("isthmus:index:SystemNamespace", name, {}, opts);

    const namespaceName = this.namespace(name, args);
    if (args.intermediate !== undefined) {
      const { certificatePem, privateKeyPem } = args.intermediate;
      new kubernetes.core.v1.Secret(
        childName(name, "SystemNamespace", intermediateCaSecret),
        {
          metadata: { name: intermediateCaSecret, namespace: namespaceName, labels: ownedLabels },
          data: pulumi
            .all([certificatePem, privateKeyPem, args.rootCertificatePem])
            .apply(([certificate, privateKey, rootCertificate]) =>
              intermediateCaData({
                certificatePem: certificate,
                privateKeyPem: privateKey,
                rootCertificatePem: rootCertificate,
                ...(args.revocationListsPem === undefined ? {} : { revocationListsPem: args.revocationListsPem }),
              }),
            ),
        },
        { parent: this },
      );
    }

    this.namespaceName = namespaceName;
    this.registerOutputs({ namespaceName });
  }

  /** Only our own fields are applied to one that is adopted, and only they go with the mesh. */
  private namespace(name: string, args: SystemNamespaceArgs): pulumi.Output<string> {
    const { annotations, labels, mesh, network, origin, servedBy } = args;
    const metadata = {
      name: systemNamespace,
      labels: {
        ...labels,
        ...(origin === "adopt" ? {} : ownedLabels),
        ...(network === undefined ? {} : { [networkLabel]: network }),
      },
      annotations: {
        ...annotations,
        [identityAnnotations.mesh]: mesh.id,
        [identityAnnotations.trustDomain]: mesh.trustDomain,
        [identityAnnotations.cluster]: args.cluster,
        ...(servedBy === undefined ? {} : { [controlPlaneClustersAnnotation]: servedBy }),
      },
    };
    const made =
      origin === "adopt"
        ? new kubernetes.core.v1.NamespacePatch(
            childName(name, "SystemNamespace", "patch"),
            { metadata },
            { parent: this },
          )
        : new kubernetes.core.v1.Namespace(
            childName(name, "SystemNamespace", "namespace"),
            { metadata },
            { parent: this },
          );
    return made.metadata.name;
  }
}
