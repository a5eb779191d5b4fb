import { roleFault } from "./roles";
import { applyAll, kubectl } from "../lab-stack";
import { asTheHintSays, byHand, repair, type LabFault } from "./fault";
import { changeData, edit, inSystem, patch, rolledOut, saved, shop } from "./objects";

/** Changes the container of istiod in west. */
function changeContainer(change: object): Promise<string> {
  return kubectl(
    "west",
    ...inSystem,
    "patch",
    "deployment",
    "istiod",
    "-p",
    JSON.stringify({ spec: { template: { spec: { containers: [{ name: "discovery", ...change }] } } } }),
  );
}

/** A quota that lets no pod be made in istio-system of west any more. */
export async function allowNoPods(): Promise<void> {
  await applyAll("west", [
    {
      apiVersion: "v1",
      kind: "ResourceQuota",
      metadata: { name: "none", namespace: "istio-system" },
      spec: { hard: { pods: "0" } },
    },
  ]);
}

export const quotaGone = byHand(/Raise the ResourceQuota none/, "the quota taken away", () =>
  kubectl("west", ...inSystem, "delete", "resourcequota", "none"),
);

const role = "istiod-clusterrole-istio-system";

/** What is done to an istiod, to its Service and to what it takes for its mesh. */
export const istiodFaults: readonly LabFault[] = [
  {
    name: "istiod-scaled-to-nothing",
    done: "scaled istiod of west to 0",
    causes: ["istiod-down west"],
    inject: () => kubectl("west", ...inSystem, "scale", "deployment", "istiod", "--replicas", "0"),
    mend: asTheHintSays,
  },
  {
    name: "istiod-deleted",
    done: "deleted the Deployment of istiod in west",
    causes: ["istiod-missing west"],
    inject: () => kubectl("west", ...inSystem, "delete", "deployment", "istiod"),
    mend: repair,
  },
  {
    name: "istiod-image-not-found",
    done: "set an image of istiod in west that is nowhere",
    causes: ["rollout-stuck west"],
    inject: () => changeContainer({ image: "lab.local/istio/pilot:1.31.99" }),
    mend: repair,
  },
  {
    name: "istiod-crashes",
    done: "started istiod of west by a command that it does not know",
    causes: ["rollout-stuck west"],
    inject: () => changeContainer({ args: ["no-such-command"] }),
    mend: repair,
  },
  {
    name: "istiod-asks-too-much",
    done: "had istiod of west ask for more processors than any node has",
    causes: ["rollout-stuck west"],
    inject: () => changeContainer({ resources: { requests: { cpu: "500" } } }),
    mend: repair,
  },
  {
    name: "istiod-over-quota",
    done: "set a quota of no pods on istio-system of west, and deleted istiod's pod",
    causes: ["istiod-down west"],
    inject: async () => {
      await allowNoPods();
      await kubectl("west", ...inSystem, "delete", "pod", "--selector", "app=istiod");
    },
    mend: quotaGone,
  },
  {
    name: "istiod-service-selects-nothing",
    done: "changed the selector of the Service istiod in west to a revision that is gone",
    causes: ["istiod-service west"],
    inject: () =>
      patch("west", "istio-system", "service", "istiod", { spec: { selector: { "istio.io/rev": "gone" } } }),
    mend: repair,
  },
  {
    name: "istiod-service-without-15012",
    done: "left the Service istiod of west port 443 alone",
    causes: ["istiod-service west"],
    inject: () =>
      edit("west", "istio-system", "service", "istiod", {
        op: "replace",
        path: "/spec/ports",
        value: [{ name: "https-webhook", port: 443, targetPort: 15017 }],
      }),
    mend: repair,
  },
  {
    name: "istiod-node-tainted",
    done: "tainted the node of west with `NoExecute`, so that every pod left it",
    causes: ["istiod-down west"],
    inject: () => kubectl("west", "taint", "nodes", "west", "maintenance=now:NoExecute"),
    mend: byHand(/take it off \(`kubectl describe nodes`/, "the taint taken off", async () => {
      await kubectl("west", "taint", "nodes", "west", "maintenance-");
      // What makes pods again waits longer and longer while istiod is away, and the next fault needs a workload.
      await kubectl("west", "--namespace", shop, "rollout", "restart", "deployment", "basket");
      await kubectl("west", "--namespace", shop, "rollout", "status", "deployment", "basket", "--timeout", "120s");
    }),
  },
  {
    name: "istiod-service-deleted",
    done: "deleted the Service istiod of west",
    causes: ["webhook-service west"],
    inject: () => kubectl("west", ...inSystem, "delete", "service", "istiod"),
    mend: repair,
  },
  roleFault(
    {
      name: "istiod-role-unbound",
      done: "deleted the ClusterRoleBinding of istiod in west",
      causes: ["istiod-rights west"],
      inject: () => kubectl("west", "delete", "clusterrolebinding", role),
    },
    "clusterrolebinding",
    role,
  ),
  roleFault(
    {
      name: "istiod-role-narrowed",
      done: "took webhooks and certificates out of the ClusterRole of istiod in west",
      causes: ["istiod-rights west"],
      inject: () =>
        edit("west", "default", "clusterrole", role, {
          op: "replace",
          path: "/rules",
          value: [{ apiGroups: ["*"], resources: ["*"], verbs: ["get", "list", "watch"] }],
        }),
    },
    "clusterrole",
    role,
  ),
  {
    name: "istiod-for-another-cluster",
    done: "set `CLUSTER_ID` of istiod in west to `Kubernetes`, which is what it is without multi-cluster",
    causes: ["cluster-id west"],
    inject: async () => {
      await kubectl("west", ...inSystem, "set", "env", "deployment/istiod", "CLUSTER_ID=Kubernetes");
      await rolledOut("west", "istiod");
    },
    mend: repair,
  },
  {
    name: "istiod-of-another-revision",
    done: "left a canary istiod in west, of another revision",
    causes: ["istiod-versions-differ east west"],
    inject: async () => {
      const { spec, ...deployment } = await saved("west", "deployment", "istiod");
      const { selector, template } = spec as {
        readonly selector: { readonly matchLabels: object };
        readonly template: { readonly metadata: { readonly labels: object } };
      };
      const canary = { "istio.io/rev": "canary", app: "istiod" };
      await applyAll("west", [
        {
          ...deployment,
          metadata: { name: "istiod-canary", namespace: "istio-system", labels: canary },
          spec: {
            ...spec,
            selector: { matchLabels: { ...selector.matchLabels, ...canary } },
            template: {
              ...template,
              metadata: { ...template.metadata, labels: { ...template.metadata.labels, ...canary } },
            },
          },
        },
      ]);
      await rolledOut("west", "istiod-canary");
    },
    mend: byHand(/remove an istiod that nobody needs any more/, "the canary deleted", () =>
      kubectl("west", ...inSystem, "delete", "deployment", "istiod-canary"),
    ),
  },
  {
    name: "another-trust-domain",
    done: "set another trust domain in the ConfigMap istio of west",
    causes: ["trust-domain-differs east west"],
    inject: () =>
      changeData("west", "configmap", "istio", ({ mesh = "" }) => ({
        mesh: mesh.replace(/^trustDomain: .*$/m, "trustDomain: cluster.local"),
      })),
    mend: repair,
  },
  {
    name: "another-mesh-id",
    done: "set another mesh id in the ConfigMap istio of west",
    causes: ["mesh-id-differs east west"],
    inject: () =>
      changeData("west", "configmap", "istio", ({ mesh = "" }) => ({
        mesh: mesh.replace(/meshId: \S+/, "meshId: mesh2"),
      })),
    mend: repair,
  },
];
