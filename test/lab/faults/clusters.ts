import assert from "node:assert/strict";
import { isthmus } from "../../support/isthmus";
import { applyAll, killApiServer, kubectl } from "../lab-stack";
import { agreedTo, asTheHintSays, byHand, execute, type LabFault } from "./fault";
import { inSystem } from "./objects";

/** A route that leads nowhere, in the network of a cluster of the lab. */
function blackhole(action: "add" | "del", cluster: string, address: string): Promise<string> {
  return execute("nsenter", [`--net=/run/netns/isthmus-${cluster}`, "--", "ip", "route", action, "blackhole", address]);
}

async function nodeAddress(cluster: string): Promise<string> {
  const path = "jsonpath={.items[0].status.addresses[?(@.type=='InternalIP')].address}";
  const address = await kubectl(cluster, "get", "nodes", "-o", path);
  assert.match(address, /^[0-9.]+$/);
  return address;
}

/** Marks west as a cluster of a mesh. */
function markWest(mesh: string): Promise<string> {
  return kubectl("west", "annotate", "namespace", "istio-system", `isthmus.dev/mesh=${mesh}`, "--overwrite");
}

/** What is done to a cluster as such. */
export const clusterFaults: readonly LabFault[] = [
  {
    name: "api-server-down",
    done: "killed the API server of west",
    causes: ["cluster-unreachable west"],
    inject: () => killApiServer("west"),
    mend: byHand(/./, "the API server started again", async (stack) => {
      const { code, stderr } = await isthmus("lab", "up", "--stack", stack);
      assert.equal(code, 0, stderr);
    }),
  },
  {
    name: "api-server-reached-by-us-alone",
    done: "cut the way from east to the API server of west, and restarted istiod of east",
    causes: ["remote-cluster-not-synced east west"],
    inject: async () => {
      await blackhole("add", "east", await nodeAddress("west"));
      await kubectl("east", ...inSystem, "rollout", "restart", "deployment", "istiod");
    },
    mend: byHand(/API server of west answers from where istiod runs/, "the way opened", async () =>
      blackhole("del", "east", await nodeAddress("west")),
    ),
  },
  {
    name: "dns-scaled-to-nothing",
    done: "scaled CoreDNS of west to 0",
    causes: ["dns-down west"],
    inject: () => kubectl("west", "--namespace", "kube-system", "scale", "deployment", "coredns", "--replicas", "0"),
    mend: asTheHintSays,
  },
  {
    name: "taken-by-another-stack",
    done: "marked west as a cluster of another mesh of Isthmus, as a stack does whose file names its context",
    causes: ["another-cluster west"],
    inject: () => markWest("mesh2"),
    mend: byHand(/take it out of that one's mesh/, "the mark put back", () => markWest("mesh1")),
  },
  {
    name: "another-mesh",
    done: "installed an istiod into another namespace of west",
    causes: ["another-control-plane west"],
    inject: () =>
      applyAll("west", [
        { apiVersion: "v1", kind: "Namespace", metadata: { name: "other-mesh" } },
        {
          apiVersion: "apps/v1",
          kind: "Deployment",
          metadata: { name: "istiod", namespace: "other-mesh", labels: { app: "istiod", "istio.io/rev": "default" } },
          spec: {
            replicas: 0,
            selector: { matchLabels: { app: "istiod" } },
            template: {
              metadata: { labels: { app: "istiod" } },
              spec: { containers: [{ name: "discovery", image: "lab.local/istio/pilot:lab" }] },
            },
          },
        },
      ]),
    mend: byHand(/Remove the one that is not meant to be there/, "it was removed", () =>
      kubectl("west", "delete", "namespace", "other-mesh"),
    ),
  },
  {
    name: "system-namespace-deleted",
    done: "deleted istio-system of west",
    causes: ["system-namespace-missing west"],
    inject: () => kubectl("west", "delete", "namespace", "istio-system"),
    mend: byHand(
      /kubectl delete mutatingwebhookconfiguration istio-sidecar-injector.*isthmus up --refresh/,
      "what it has left removed, then `isthmus up --refresh`",
      async (stack) => {
        await kubectl("west", "delete", "mutatingwebhookconfiguration", "istio-sidecar-injector");
        await agreedTo(stack, "up", "--refresh");
      },
    ),
  },
];
