import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { childName, crossNetworkPort, defaultClusterDomain, ownedLabels } from "../topology";
import { eastWestGatewaySelector } from "./internal/names";

/** What a {@link CrossNetworkGateway} is made from. */
export interface CrossNetworkGatewayArgs {
  /** Namespace of the control plane. */
  readonly namespace: pulumi.Input<string>;
  /** Domain of the Services, as the control plane calls it. */
  readonly clusterDomain: string;
  /**
   * Names of global services that its gateways let in, beside the Services of the domain: what `globalHostsIn(plan, cluster)`
   * gives. Default: none.
   */
  readonly globalHosts?: readonly string[];
  /** What it was in stacks of earlier releases, so that it is taken over. Default: nothing else. */
  readonly formerly?: pulumi.Alias;
}

/**
 * Istio's configuration of the east-west gateways (istio.io, expose-services): mutual TLS is passed through by its server
 * name. One for each control plane, in the cluster that holds its configuration; it counts for the gateways of all
 * clusters that the control plane serves.
 */
export class CrossNetworkGateway extends pulumi.ComponentResource {
  constructor(name: string, args: CrossNetworkGatewayArgs, opts: pulumi.ComponentResourceOptions) {
    super("isthmus:index:CrossNetworkGateway", name, {}, opts);

    const { globalHosts = [] } = args;
    new kubernetes.apiextensions.CustomResource(
      childName(name, "CrossNetworkGateway", "gateway"),
      gateway("cross-network-gateway", "tls", [hostsIn(args.clusterDomain)], args.namespace),
      { parent: this, ...(args.formerly === undefined ? {} : { aliases: [args.formerly] }) },
    );
    // One of its own, so that a mesh gets its first global name and loses its last one without a change of the other.
    if (globalHosts.length > 0) {
      new kubernetes.apiextensions.CustomResource(
        childName(name, "CrossNetworkGateway", "global"),
        gateway("cross-network-gateway-global", "tls-global", globalHosts, args.namespace),
        { parent: this },
      );
    }
    this.registerOutputs({});
  }
}

/** Lets calls of other networks in by the name that they are for. */
function gateway(
  name: string,
  portName: string,
  hosts: readonly string[],
  namespace: pulumi.Input<string>,
): kubernetes.apiextensions.CustomResourceArgs {
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "Gateway",
    metadata: { name, namespace, labels: ownedLabels },
    spec: {
      selector: eastWestGatewaySelector,
      servers: [
        {
          port: { number: crossNetworkPort, name: portName, protocol: "TLS" },
          tls: { mode: "AUTO_PASSTHROUGH" },
          hosts,
        },
      ],
    },
  };
}

/** All Services of a domain. Istio's own example says `*.local` for cluster.local, and so do the meshes that stand. */
function hostsIn(clusterDomain: string): string {
  return clusterDomain === defaultClusterDomain ? "*.local" : `*.${clusterDomain}`;
}
