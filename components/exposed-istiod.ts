import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { childName, exposedIstiodName, ownedLabels, type ExposedIstiodPlan } from "../topology";
import { ofFamily } from "./internal/gateway-service";
import { discoveryPort, injectionPort } from "./internal/istiod-address";
import { loadBalancerAddress, replacedWithClass, type AddressReader } from "./load-balancer-address";
import { istiodSelector } from "./internal/names";

/** What an {@link ExposedIstiod} is made from. */
export interface ExposedIstiodArgs {
  readonly plan: ExposedIstiodPlan;
  /** Namespace of the control plane. */
  readonly namespace: pulumi.Input<string>;
  /** Reads the address that the load balancer gave. */
  readonly addresses: AddressReader;
}

/**
 * The Service by which workloads and API servers of other clusters, and machines outside Kubernetes, reach an istiod. It leads to istiod itself and not
 * through the east-west gateway, so that it has its address before istiod exists: a remote cluster need not wait for the
 * gateway, and a host name that a load balancer gives can stand in istiod's certificate from the start.
 */
export class ExposedIstiod extends pulumi.ComponentResource {
  /** IP address or host name. */
  readonly address: pulumi.Output<string>;

  constructor(name: string, args: ExposedIstiodArgs, opts: pulumi.ComponentResourceOptions) {
    super("isthmus:index:ExposedIstiod", name, {}, opts);

    const { address, annotations, ipFamily, loadBalancerClass, machinesAlone, timeoutSeconds } = args.plan;
    const service = new kubernetes.core.v1.Service(
      childName(name, "ExposedIstiod", "service"),
      {
        metadata: {
          name: exposedIstiodName,
          namespace: args.namespace,
          labels: ownedLabels,
          annotations: { ...annotations, "pulumi.com/skipAwait": "true" },
        },
        spec: {
          type: "LoadBalancer",
          ...(loadBalancerClass === undefined ? {} : { loadBalancerClass }),
          ...ofFamily(ipFamily),
          selector: istiodSelector,
          ports: [
            { name: "tls-istiod", port: discoveryPort, targetPort: discoveryPort, protocol: "TCP" },
            // Only API servers of other clusters call webhooks.
            ...(machinesAlone === true
              ? []
              : [{ name: "tls-webhook", port: injectionPort, targetPort: injectionPort, protocol: "TCP" }]),
          ],
        },
      },
      { parent: this, ...replacedWithClass },
    );

    this.address =
      address === undefined
        ? loadBalancerAddress(service.id, args.addresses, timeoutSeconds).apply(([first = ""]) => first)
        : pulumi.output(address);
    this.registerOutputs({ address: this.address });
  }
}
