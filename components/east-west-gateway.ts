import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { ownedLabels, type ClusterPlan, type IstioPlan } from "../topology";
import { chartSource } from "./internal/chart";
import { addressesOf, serviceOf, type ServiceReader } from "./internal/load-balancer";
import { eastWestGatewayValues } from "./internal/helm-values";
import { crossNetworkPort, eastWestGatewayName, eastWestGatewaySelector } from "./internal/names";
import { releaseTimeoutSeconds } from "./internal/timeouts";

/** What an {@link EastWestGateway} is made from. */
export interface EastWestGatewayArgs {
  readonly istio: IstioPlan;
  readonly cluster: ClusterPlan;
  /** Namespace of the control plane. */
  readonly namespace: pulumi.Input<string>;
  /** Reads a Service of this cluster, for the address that its load balancer gave. */
  readonly readService: ServiceReader;
}

/**
 * The gateway by which other networks reach this cluster's services. It passes mutual TLS through by server name and
 * never sees what it carries. It must come after the control plane: its pod's image is the one that the injection webhook
 * names.
 */
export class EastWestGateway extends pulumi.ComponentResource {
  /** Addresses of its load balancer: IPs where it has any, else hostnames. */
  readonly addresses: pulumi.Output<string[]>;
  /** Port for the traffic of other networks. */
  readonly port = crossNetworkPort;

  constructor(name: string, args: EastWestGatewayArgs, opts: pulumi.ComponentResourceOptions) {
    super("isthmus:index:EastWestGateway", name, {}, opts);

    const release = new kubernetes.helm.v3.Release(
      `${name}-release`,
      {
        name: eastWestGatewayName,
        namespace: args.namespace,
        ...chartSource(args.istio, "gateway"),
        values: eastWestGatewayValues(args.istio, args.cluster),
        timeout: releaseTimeoutSeconds,
      },
      { parent: this },
    );
    new kubernetes.apiextensions.CustomResource(
      `${name}-cross-network`,
      {
        apiVersion: "networking.istio.io/v1",
        kind: "Gateway",
        metadata: { name: "cross-network-gateway", namespace: args.namespace, labels: ownedLabels },
        spec: {
          selector: eastWestGatewaySelector,
          servers: [
            {
              port: { number: crossNetworkPort, name: "tls", protocol: "TLS" },
              tls: { mode: "AUTO_PASSTHROUGH" },
              hosts: ["*.local"],
            },
          ],
        },
      },
      { parent: this },
    );
    // By the release's id: its status is unknown in every preview that changes the release, its id only in the first.
    this.addresses = release.id.apply(async (id) => {
      const service = serviceOf(id);
      return addressesOf(await args.readService(service.namespace, service.name));
    });
    this.registerOutputs({ addresses: this.addresses });
  }
}
