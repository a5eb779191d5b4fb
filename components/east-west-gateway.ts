import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import {
  childName,
  eastWestGatewayName,
  type ClusterPlan,
  type EastWestGatewayPlan,
  type IstioPlan,
} from "../topology";
import { awaitedRelease, type AwaitedRelease } from "./awaited";
import { chartSource } from "./internal/chart";
import { eastWestGatewayValues } from "./internal/gateway-values";
import { gatewayService } from "./internal/gateway-service";
import { loadBalancerAddress, replacedWithClass, type AddressReader } from "./load-balancer-address";
import { releaseTimeoutSeconds } from "./internal/timeouts";
import { transformed, type ReleaseTransforms } from "./transforms";

/** What an {@link EastWestGateway} is made from. */
export interface EastWestGatewayArgs {
  readonly istio: IstioPlan;
  readonly cluster: ClusterPlan;
  readonly gateway: EastWestGatewayPlan;
  /** Namespace of the control plane. */
  readonly namespace: pulumi.Input<string>;
  /** Reads the addresses that the load balancer gave. */
  readonly addresses: AddressReader;
  /** What the gateway's pods need beside the namespace: the webhook that names their image and its certificate. */
  readonly injector: pulumi.Input<pulumi.Resource>[];
  readonly transforms?: ReleaseTransforms;
}

/**
 * The gateway by which other networks reach this cluster's services. It passes mutual TLS through by server name and
 * never sees what it carries. Its Service comes first, so that a load balancer has its minutes while istiod starts; its
 * pods come when the injection webhook can name their image.
 */
export class EastWestGateway extends pulumi.ComponentResource {
  /** Addresses at which other clusters reach it: fixed ones, or those of its load balancer (IPs, else hostnames). */
  readonly addresses: pulumi.Output<readonly string[]>;
  /** Port for the traffic of other networks. */
  readonly port: number;
  /** The release of its pods, for whoever looks what keeps them. */
  readonly awaited: AwaitedRelease;

  constructor(name: string, args: EastWestGatewayArgs, opts: pulumi.ComponentResourceOptions) {
    super("isthmus:index:EastWestGateway", name, {}, opts);

    const { cluster, gateway, istio, namespace, transforms = {} } = args;
    const service = new kubernetes.core.v1.Service(
      childName(name, "EastWestGateway", "service"),
      {
        metadata: { ...gatewayService(cluster, gateway).metadata, namespace },
        spec: gatewayService(cluster, gateway).spec,
      },
      { parent: this, ...replacedWithClass },
    );
    const release = new kubernetes.helm.v3.Release(
      childName(name, "EastWestGateway", "release"),
      transformed(transforms.gateway, cluster.name, {
        name: eastWestGatewayName,
        namespace,
        ...chartSource(istio, "gateway"),
        values: eastWestGatewayValues(cluster),
        timeout: releaseTimeoutSeconds,
      }),
      { parent: this, dependsOn: [service, ...args.injector] },
    );
    const awaited = { cluster: cluster.name, name: eastWestGatewayName };
    this.awaited = awaitedRelease(awaited, release, childName(name, "EastWestGateway", "release"), this);

    this.addresses =
      gateway.addresses === undefined
        ? loadBalancerAddress(service.id, args.addresses, gateway.timeoutSeconds)
        : pulumi.output([...gateway.addresses]);
    this.port = gateway.port;
    this.registerOutputs({ addresses: this.addresses });
  }
}
