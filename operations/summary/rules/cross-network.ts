import type { ClusterRule } from "../comparison";
import { notUnderstood } from "./not-understood";
import { verbOf } from "./verb";

/** The configuration by which a cluster's gateways let calls of other networks in. */
export const crossNetwork: ClusterRule = (view) => {
  const step = view.step("cross-network gateway");
  if (step === undefined || step.op === "same") return [];
  const words = `the configuration by which gateways let other networks in ${verbOf(step)}`;
  const change = { id: "gateway", words } as const;
  if (step.op === "create") return [{ change, explains: [step] }];
  if (step.op !== "delete" && step.op !== "replace") {
    return [{ change, risk: notUnderstood(words, step), explains: [step] }];
  }
  // It stands where an istiod runs: without a gateway to open, or without an istiod, it opens nothing.
  const opens = servedClusters(view).some(({ eastWestGateway }) => eastWestGateway !== undefined);
  if (step.op === "delete" && !opens) return [{ change, explains: [step] }];
  return [
    {
      change,
      risk: {
        id: "cross-network-removed",
        severity: "high",
        traffic: "interrupted",
        words: `${words}: ${step.op === "replace" ? "meanwhile " : ""}its gateways let no call of another network in.`,
        advice: "Do not merge it while other networks call what runs there.",
      },
      explains: [step],
    },
  ];
};

/** The clusters that take their configuration from this one's. */
function servedClusters({ mesh, name }: Parameters<ClusterRule>[0]): readonly { eastWestGateway?: unknown }[] {
  const planes = mesh.plan.controlPlanes.filter(({ configCluster }) => configCluster === name);
  return mesh.plan.clusters.filter((cluster) => planes.some(({ serves }) => serves.includes(cluster.name)));
}
