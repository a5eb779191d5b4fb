import { z } from "zod";
import { worded } from "../wording";
import { ipAddress, label, labelsByKey, objectName, port } from "./primitives";

const portsSchema = worded(z.record(label("http"), port("8080")), {
  expected: "a mapping of ports by name",
  example: "{ http: 8080 }",
})
  .default({})
  .describe(
    "Ports of the machine, by the names that Services have as their `targetPort`. Calls to these go through its proxy. Default: none by name, and calls to all of its ports go through the proxy, those of Istio itself and of SSH (22) aside.",
  );

const machineSchema = worded(
  z.strictObject({
    cluster: label("east").describe(
      "The cluster that the machine joins: its istiod serves it, and its API server vouches for it. It must run an istiod of its own.",
    ),
    namespace: label("shop").describe(
      "Namespace of the machine's workload: one of `namespaces`, which its cluster has.",
    ),
    serviceAccount: objectName("the name of a service account", "billing").describe(
      "Service account of that namespace, whose identity the machine has. It is not made here: who makes it decides what it may do. There is no default, for `default` would be the identity of many pods too.",
    ),
    address: ipAddress("10.0.3.7").describe("IP address at which callers in its network reach it."),
    network: label("network1")
      .optional()
      .describe(
        "Network of the machine. On one without an east-west gateway, such as one of its own, all clusters call it at its address; it calls the clusters through their gateways. Default: the network of its cluster, whose pods and the machine reach each other directly.",
      ),
    ports: portsSchema,
    labels: labelsByKey("{ app: billing }")
      .default({})
      .describe("Labels by which Services select it, as they do pods. Default: none, and so no Service has it."),
    locality: worded(z.string().regex(/^[^\s/]+(\/[^\s/]+){0,2}$/), {
      expected: "a locality: `region`, `region/zone` or `region/zone/subzone`",
      example: "eu-central/eu-central-1",
    })
      .optional()
      .describe(
        "Where it stands, for Istio to prefer what is near. Default: not known, as of a pod on a node without the labels of a region.",
      ),
  }),
  {
    expected: "a mapping that describes a machine",
    example: "{ cluster: east, namespace: shop, serviceAccount: billing, address: 10.0.3.7, labels: { app: billing } }",
  },
).describe("A machine outside Kubernetes. Its key is the name of its WorkloadEntry.");

export const machinesSchema = worded(z.record(label("billing-1"), machineSchema), {
  expected: "a mapping of machines by name",
  example:
    "{ billing-1: { cluster: east, namespace: shop, serviceAccount: billing, address: 10.0.3.7, labels: { app: billing } } }",
})
  .default({})
  .describe(
    "Machines outside Kubernetes that belong to the mesh. Each gets a WorkloadEntry in its cluster, whose istiod is exposed for it; `isthmus machine files` writes what the machine itself needs. Default: none.",
  );
