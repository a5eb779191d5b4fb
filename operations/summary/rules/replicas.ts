import type { HelmValuesByChart } from "../../../topology";
import type { ClusterRule } from "../comparison";
import { at, isTree, type Properties } from "../properties";
import type { Step } from "../read-preview";

/** Releases whose pods calls depend on, and where the configuration has their values. */
const releases = [
  { release: "istiod", chart: "istiod", lost: "nobody gives its proxies configuration or certificates" },
  { release: "east-west gateway", chart: "gateway", lost: "calls from other networks fail" },
] as const;

/** Where charts of istiod and of gateways say how many pods there are, at the top and in istiod's `pilot`. */
const counts: readonly (readonly string[])[] = [
  ["replicaCount"],
  ["autoscaleMin"],
  ["autoscaleMax"],
  ["autoscaling", "minReplicas"],
  ["autoscaling", "maxReplicas"],
].flatMap((path) => [path, ["pilot", ...path], ["_internal_defaults_do_not_set", ...path]]);

/** A release that is to run no pods. */
export const replicas: ClusterRule = ({ cluster, controlPlane, step: stepOf }) =>
  releases.flatMap(({ chart, lost, release }) => {
    const step = stepOf(release);
    if (step?.type.endsWith(":Release") !== true || step.op === "delete" || step.op === "same") return [];
    const configured = chart === "istiod" ? (controlPlane ?? cluster)?.values : cluster?.values;
    const path = countedZero(valuesAfter(step, chart, configured));
    if (path === undefined || countedZero(at(step.before, "values")) !== undefined) return [];
    return [
      {
        change: { id: "values", words: `${release} is to run no pods: ${path} is 0` },
        risk: {
          id: "no-replicas",
          severity: "high",
          traffic: "interrupted",
          words: `${release} is to run no pods (${path} is 0): ${lost}.`,
          advice: "Give it at least one.",
        },
        explains: [],
      } as const,
    ];
  });

/** Where the values are not known yet, those that the configuration adds to them are. */
function valuesAfter(step: Step, chart: "istiod" | "gateway", configured: HelmValuesByChart | undefined): unknown {
  return at(step.after, "values") ?? (configured as Properties | undefined)?.[chart];
}

function countedZero(values: unknown): string | undefined {
  if (!isTree(values)) return undefined;
  const found = counts.find((path) => ["0", 0].includes(at(values, ...path) as string | number));
  return found?.join(".");
}
