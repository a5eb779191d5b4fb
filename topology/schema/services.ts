import { z } from "zod";
import { worded } from "../wording";
import { address, annotationsByKey, listOf, oneOf, port, qualifiedName, seconds } from "./primitives";

const annotations = annotationsByKey('{ example.org/load-balancer: "internal" }')
  .default({})
  .describe("Annotations of the Service, by which a cloud's load balancer is told what to be. Default: none.");

const loadBalancerClass = qualifiedName(
  "the name of a load balancer class, such as example.org/internal",
  "example.org/internal",
)
  .optional()
  .describe("Which of the cluster's load balancers serves the Service. Default: the cluster's own default.");

const ipFamily = oneOf(["IPv4", "IPv6"])
  .optional()
  .describe(
    "Family of the Service's addresses, in a cluster that has both: the one in which the other clusters reach it. Default: the cluster's own first one, as Kubernetes has it.",
  );

const timeoutSeconds = seconds(10, 3600, "300")
  .default(300)
  .describe(
    "How long to wait for the load balancer's address, in seconds. Default: 300, since a cloud's may need three minutes.",
  );

export const eastWestGatewaySchema = worded(
  z.strictObject({
    type: oneOf(["LoadBalancer", "NodePort"])
      .default("LoadBalancer")
      .describe(
        "How the gateway is reached from outside. NodePort needs `addresses`, and a `port` from 30000 to 32767. Default: LoadBalancer, since its address stays when nodes come and go.",
      ),
    addresses: listOf(address("203.0.113.10"), "a list of IP addresses or host names", '["203.0.113.10"]')
      .optional()
      .describe(
        "Fixed addresses at which the other clusters reach the gateway: of the nodes, or of what stands before the load balancer. Default: those that the load balancer gives, which every istiod finds by itself.",
      ),
    port: port("15443")
      .default(15443)
      .describe(
        "Port at which the other clusters reach the gateway; of a NodePort, the nodes' port. Default: 15443, the one of Istio's documentation.",
      ),
    annotations,
    loadBalancerClass,
    ipFamily,
    timeoutSeconds,
  }),
  {
    expected: "a mapping with the keys type, addresses, port, annotations, loadBalancerClass, ipFamily, timeoutSeconds",
    example: "{ type: NodePort, addresses: [203.0.113.10], port: 31443 }",
  },
).describe(
  "The cluster's east-west gateway. It comes into being only where a mesh has several networks, those of machines among them.",
);

export const exposedIstiodSchema = worded(
  z.strictObject({
    address: address("203.0.113.11")
      .optional()
      .describe(
        "Fixed address at which the other clusters reach istiod, at ports 15012 and 15017, and machines at 15012: of what stands before the load balancer. Default: the one that the load balancer gives.",
      ),
    annotations,
    loadBalancerClass,
    ipFamily,
    timeoutSeconds,
  }),
  {
    expected: "a mapping with the keys address, annotations, loadBalancerClass, ipFamily, timeoutSeconds",
    example: "{ address: 203.0.113.11 }",
  },
).describe(
  "The Service by which other clusters, and machines outside Kubernetes, reach this istiod. It comes into being only where it serves such.",
);
