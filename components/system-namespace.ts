import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { networkLabel, ownedLabels, systemNamespace } from "../topology";
import { intermediateCaData } from "./internal/certificates";
import { intermediateCaSecret } from "./internal/names";

/** What a {@link SystemNamespace} is made from. */
export interface SystemNamespaceArgs {
  /** The cluster's network. */
  readonly network: string;
  /** The cluster's intermediate CA. */
  readonly intermediate: {
    readonly certificatePem: pulumi.Input<string>;
    readonly privateKeyPem: pulumi.Input<string>;
  };
  /** Certificate of the mesh's root CA, PEM. */
  readonly rootCertificatePem: pulumi.Input<string>;
}

/**
 * The namespace `istio-system` as istiod must find it when it first starts: labelled with its network, and with the
 * intermediate CA in the Secret `cacerts`. An istiod that starts without the Secret signs with a root of its own and
 * never looks for another (istio pilot, createIstioCA).
 */
export class SystemNamespace extends pulumi.ComponentResource {
  /** Name of the namespace, known when it exists. */
  readonly namespaceName: pulumi.Output<string>;

  constructor(name: string, args: SystemNamespaceArgs, opts: pulumi.ComponentResourceOptions) {
    super("isthmus:index:SystemNamespace", name, {}, opts);

    const namespace = new kubernetes.core.v1.Namespace(
      `${name}-namespace`,
      { metadata: { name: systemNamespace, labels: { ...ownedLabels, [networkLabel]: args.network } } },
      { parent: this },
    );
    new kubernetes.core.v1.Secret(
      `${name}-${intermediateCaSecret}`,
      {
        metadata: { name: intermediateCaSecret, namespace: namespace.metadata.name, labels: ownedLabels },
        data: pulumi
          .all([args.intermediate.certificatePem, args.intermediate.privateKeyPem, args.rootCertificatePem])
          .apply(([certificatePem, privateKeyPem, rootCertificatePem]) =>
            intermediateCaData({ certificatePem, privateKeyPem, rootCertificatePem }),
          ),
      },
      { parent: this },
    );

    this.namespaceName = namespace.metadata.name;
    this.registerOutputs({ namespaceName: this.namespaceName });
  }
}
