/** What to do about drift: how it is put back, and where it can be made part of the configuration. Pure. */

import { configurationPath, eastWestGatewayName, exposedIstiodName, isMeshNamespace, pathBelow } from "../../topology";
import type { AppliedRelease } from "./applied/state";
import type { Difference } from "./compare/compare";
import { core, isOfKinds, workloads, type Kinds, type KubernetesObject } from "./compare/object-kind";
import { matches, type Path, type Pattern } from "./compare/path";

/** What a remedy goes by. */
export interface Remediable {
  /** Where the configuration describes the cluster: `isthmus:mesh.clusters.east`. */
  readonly site: string;
  readonly object: KubernetesObject;
  /** Chart of the release that applied the object; undefined for one that the stack made itself. */
  readonly chart?: string;
}

/** What the words about a cluster need. */
export interface DriftWords {
  /** The stack's name. */
  readonly stack: string;
  /** Where the configuration describes the cluster: `isthmus:mesh.clusters.east`. */
  readonly site: string;
}

/** A place in a chart's objects, and the value that decides about it. */
interface ChartSetting {
  readonly of: Kinds;
  readonly path: Pattern;
  /** Below the chart's values; the last step of the place is added where the value is a mapping of such. */
  readonly value: (path: Path) => readonly string[];
}

const containers: Pattern = ["spec", "template", "spec", "containers", "[]"];
const named = (path: Path, index: number): string => {
  const step = path[index];
  return step === undefined ? "" : typeof step === "string" ? step : step.entry;
};

/** Values of Istio's charts by what they decide about (istiod and gateway charts, values.yaml). */
const chartSettings: readonly ChartSetting[] = [
  { of: workloads, path: [...containers, "env", "[]"], value: (path) => ["env", named(path, 6)] },
  { of: workloads, path: [...containers, "env", "[]", "value"], value: (path) => ["env", named(path, 6)] },
  { of: workloads, path: [...containers, "resources", "**"], value: () => ["resources"] },
  {
    of: workloads,
    path: ["spec", "template", "spec", /^(affinity|nodeSelector|tolerations)$/, "**"],
    value: (path) => [named(path, 3)],
  },
  { of: workloads, path: ["spec", "replicas"], value: () => ["replicaCount"] },
  { of: { group: "autoscaling" }, path: ["spec", "minReplicas"], value: () => ["autoscaleMin"] },
  { of: { group: "autoscaling" }, path: ["spec", "maxReplicas"], value: () => ["autoscaleMax"] },
  { of: core("ConfigMap"), path: ["data", "mesh"], value: () => ["meshConfig"] },
];

/** Where the configuration could say what somebody did by hand; undefined where no setting is known. */
function settingFor({ site, object, chart }: Remediable, path: Path): string | undefined {
  const { name, labels } = (object["metadata"] ?? {}) as {
    readonly name?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  if (chart !== undefined) {
    const setting = chartSettings.find((row) => isOfKinds(object, row.of) && matches(row.path, path));
    const isGatewayScaling = chart === "gateway" && object.kind === "HorizontalPodAutoscaler";
    const value = setting === undefined || isGatewayScaling ? [] : setting.value(path);
    return pathBelow(site, ["values", chart, ...value]);
  }
  if (isOfKinds(object, core("Service")) && name === eastWestGatewayName) {
    return pathBelow(site, ["eastWestGateway"]);
  }
  if (isOfKinds(object, core("Service")) && name === exposedIstiodName) {
    return pathBelow(site, ["exposedIstiod"]);
  }
  if (object.kind === "Namespace" && isMeshNamespace(labels))
    return configurationPath("namespaces", name ?? "", "labels");
  return undefined;
}

/**
 * What to do about a difference of an object that stands. An update puts back less: neither Helm nor server-side apply
 * takes away what somebody has put beside theirs, Pulumi does not look at a release's objects, and of what another tool
 * than kubectl has written it keeps off.
 */
export function differenceRemedy(about: Remediable, { kind, path }: Difference, stack: string): string {
  const setting = kind === "missing" ? undefined : settingFor(about, path);
  const keep = setting === undefined ? "" : ` If it is to stay, say so in \`${setting}\`.`;
  return `Run \`isthmus drift --repair --stack ${stack}\`: it puts it back.${keep}`;
}

/** What to do about an object that is gone. */
export function missingRemedy(chart: string | undefined, stack: string): string {
  return `Run \`isthmus ${chart === undefined ? "up --refresh" : "drift --repair"} --stack ${stack}\`: it makes it again.`;
}

/** What to do about what Helm's record in the cluster is not believed about: the chart itself says what it is to be. */
export function recordRemedy({ cluster, name, namespace, version }: AppliedRelease): string {
  return (
    `Run \`helm upgrade ${name} CHART --version ${version} --reuse-values -n ${namespace}\` in cluster ${cluster}, with the ` +
    "chart that the configuration names: who may do what is not put back from Helm's record, which stands in the cluster."
  );
}

/**
 * What to do about a release that somebody else has changed.
 * @param ours A revision that is as applied; undefined when Helm knows none any more.
 */
export function releaseRemedy(
  { cluster, name, namespace, chart }: AppliedRelease,
  ours: number | undefined,
  { stack, site }: DriftWords,
): string {
  const setting = `\`${pathBelow(site, ["values", chart])}\``;
  if (ours === undefined) {
    return `Change a value in ${setting} and run \`isthmus up --stack ${stack}\`: Helm is given all values anew.`;
  }
  return `Run \`helm rollback ${name} ${ours} -n ${namespace}\` in cluster ${cluster}. What is to stay, say in ${setting}.`;
}
