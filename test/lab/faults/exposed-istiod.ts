import { kubectl } from "../lab-stack";
import { refresh, repair, type LabFault } from "./fault";
import { changeData, edit, inSystem } from "./objects";

/** What is done to the istiod of east that serves edge as well, and to how edge finds it. */
export const exposedIstiodFaults: readonly LabFault[] = [
  {
    name: "istiod-looked-for-at-a-node",
    done: "had edge look for istiod at the address of east's node, as recipes without a load balancer say, and made its gateway anew",
    causes: ["istiod-endpoint edge east"],
    inject: async () => {
      const path = "jsonpath={.items[0].status.addresses[?(@.type=='InternalIP')].address}";
      const node = await kubectl("east", "get", "nodes", "-o", path);
      await edit("edge", "istio-system", "endpointslice", "istiod", {
        op: "replace",
        path: "/endpoints/0/addresses",
        value: [node],
      });
      await kubectl("edge", ...inSystem, "delete", "pod", "--selector", "istio=eastwestgateway");
    },
    mend: repair,
  },
  {
    name: "exposed-istiod-deleted",
    done: "deleted the Service by which edge reaches istiod of east",
    causes: ["exposed-istiod-address east"],
    inject: () => kubectl("east", ...inSystem, "delete", "service", "istiod-exposed"),
    mend: refresh,
  },
  {
    name: "remote-mesh-config-deleted",
    done: "deleted the ConfigMap istio of edge, which another cluster's istiod serves",
    causes: ["remote-trust-domain east edge"],
    inject: () => kubectl("edge", ...inSystem, "delete", "configmap", "istio"),
    mend: repair,
  },
  {
    name: "remote-mesh-config-of-another-trust-domain",
    done: "set another trust domain in the ConfigMap istio of edge",
    causes: ["remote-trust-domain east edge"],
    inject: () => changeData("edge", "configmap", "istio", () => ({ mesh: "trustDomain: edge.internal" })),
    mend: repair,
  },
];
