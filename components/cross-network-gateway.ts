import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { childName, defaultClusterDomain, ownedLabels } from "../topology";
import { crossNetworkPort, eastWestGatewaySelector } from "./internal/names";

/** What a {@link CrossNetworkGateway} is made from. */
export interface CrossNetworkGatewayArgs {
  /** Namespace of the control plane. */
  readonly namespace: pulumi.Input<string>;
  /** Domain of the Services, as the control plane calls it. */
  readonly clusterDomain: string;
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

    new kubernetes.apiextensions.CustomResource(
      childName(name, "CrossNetworkGateway", "gateway"),
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
              hosts: [hostsIn(args.clusterDomain)],
            },
          ],
        },
      },
      { parent: this, ...(args.formerly === undefined ? {} : { aliases: [args.formerly] }) },
    );
    this.registerOutputs({});
  }
}

/** All Services of a domain. Istio's own example says `*.local` for cluster.local, and so do the meshes that stand. */
function hostsIn(clusterDomain: string): string {
  return clusterDomain === defaultClusterDomain ? "*.local" : `*.${clusterDomain}`;
}
