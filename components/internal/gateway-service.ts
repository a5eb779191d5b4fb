import {
  crossNetworkPort,
  eastWestGatewayName,
  gatewayPortLabel,
  networkLabel,
  ownedLabels,
  type ClusterPlan,
  type EastWestGatewayPlan,
} from "../../topology";
import { eastWestGatewaySelector } from "./names";

/** Port of a gateway's readiness, which load balancers may ask. */
const statusPort = 15021;

/** A Service, as far as it is decided here. */
export interface ServiceShape {
  readonly metadata: {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  };
  readonly spec: {
    readonly type: string;
    readonly loadBalancerClass?: string;
    readonly ipFamilyPolicy?: string;
    readonly ipFamilies?: string[];
    readonly selector: Readonly<Record<string, string>>;
    readonly ports: ServicePort[];
  };
}

/** A Service's spec of a family: of that one alone, for who has only one would lose the calls to addresses of the other. */
export function ofFamily(
  family: "IPv4" | "IPv6" | undefined,
): Pick<ServiceShape["spec"], "ipFamilyPolicy" | "ipFamilies"> {
  return family === undefined ? {} : { ipFamilyPolicy: "SingleStack", ipFamilies: [family] };
}

/** A port of a Service. */
export interface ServicePort {
  readonly name: string;
  readonly port: number;
  readonly targetPort: number;
  readonly protocol: "TCP";
  readonly nodePort?: number;
}

/**
 * The Service of an east-west gateway. With the network's label every istiod finds the gateway by itself, under the
 * address of its load balancer; where the addresses are fixed istiod is told them instead, and must find no others.
 */
export function gatewayService(cluster: ClusterPlan, gateway: EastWestGatewayPlan): ServiceShape {
  const isFound = gateway.addresses === undefined;
  const isNodePort = gateway.type === "NodePort";
  return {
    metadata: {
      name: eastWestGatewayName,
      labels: {
        ...ownedLabels,
        app: eastWestGatewayName,
        ...(isFound ? { [networkLabel]: cluster.network } : {}),
        ...(isFound && gateway.port !== crossNetworkPort ? { [gatewayPortLabel]: String(gateway.port) } : {}),
      },
      // Its address is waited for by the program, which knows what to say when none comes. Helm keeps its hands off: in
      // stacks of 0.1.0 the Service was a part of the release, which would remove it when it no longer is.
      annotations: { ...gateway.annotations, "pulumi.com/skipAwait": "true", "helm.sh/resource-policy": "keep" },
    },
    spec: {
      type: gateway.type,
      ...(gateway.loadBalancerClass === undefined ? {} : { loadBalancerClass: gateway.loadBalancerClass }),
      ...ofFamily(gateway.ipFamily),
      selector: eastWestGatewaySelector,
      ports: [
        { name: "status-port", port: statusPort, targetPort: statusPort, protocol: "TCP" },
        {
          name: "tls",
          port: isNodePort ? crossNetworkPort : gateway.port,
          targetPort: crossNetworkPort,
          protocol: "TCP",
          ...(isNodePort ? { nodePort: gateway.port } : {}),
        },
      ],
    },
  };
}
