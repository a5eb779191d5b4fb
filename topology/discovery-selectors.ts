import { z } from "zod";
import { matchesLabels, type LabelSelector, type Labels } from "./label-selector";
import { isMap, type HelmValues } from "./merge-values";
import { meshNamespaceLabels, networkLabel, ownedLabels, systemNamespace } from "./names";
import type { ControlPlanePlan, MeshPlan } from "./plan";

/** A label by which Kubernetes itself names a namespace. */
export const namespaceNameLabel = "kubernetes.io/metadata.name";

const selectorSchema = z.object({
  matchLabels: z.record(z.string(), z.string()).optional(),
  matchExpressions: z
    .array(
      z.object({
        key: z.string(),
        operator: z.enum(["In", "NotIn", "Exists", "DoesNotExist"]),
        values: z.array(z.string()).optional(),
      }),
    )
    .optional(),
});

/**
 * Namespaces of the mesh that an istiod does not discover, by name: it knows only what the `discoverySelectors` of its
 * mesh configuration take in, without an exception for its own namespace. Pure.
 */
export function undiscovered(plan: MeshPlan, { values, serves, reads }: ControlPlanePlan): readonly string[] {
  const selectors = selectorsIn(values.istiod);
  if (selectors === undefined) return [];
  const known = plan.clusters.filter(({ name }) => serves.includes(name) || reads.includes(name));
  const isDiscovered = (name: string, labels: Labels): boolean =>
    selectors.some((selector) => matchesLabels(selector, { ...labels, [namespaceNameLabel]: name }));
  const isSystemDiscovered = known.every(({ network }) =>
    isDiscovered(systemNamespace, { ...plan.istio.systemNamespace.labels, ...ownedLabels, [networkLabel]: network }),
  );
  return [
    ...(isSystemDiscovered ? [] : [systemNamespace]),
    ...plan.namespaces
      .filter(({ clusters }) => known.some(({ name }) => clusters.includes(name)))
      .filter(({ name, labels }) => !isDiscovered(name, { ...labels, ...meshNamespaceLabels }))
      .map(({ name }) => name),
  ];
}

/**
 * Labels by which a namespace is discovered by every istiod of a mesh, beside those that it has. Where there are none, as
 * for selectors of certain names, those that are there are left. Pure.
 */
export function discoveryLabels({ controlPlanes }: Pick<MeshPlan, "controlPlanes">, own: Labels): Labels {
  return controlPlanes.reduce<Labels>((labels, { values }) => {
    const selectors = selectorsIn(values.istiod) ?? [];
    if (selectors.length === 0 || selectors.some((selector) => matchesLabels(selector, { ...own, ...labels })))
      return labels;
    const fitting = selectors
      .map((selector) => ({ ...labels, ...labelsFor(selector) }))
      .find((wanted, index) => matchesLabels(selectors[index], { ...wanted, ...own }));
    return fitting ?? labels;
  }, {});
}

/** The selectors among an istiod's values; undefined where there are none, or they are none that Kubernetes knows. */
function selectorsIn(istiod: HelmValues): readonly LabelSelector[] | undefined {
  const meshConfig = istiod["meshConfig"];
  const { success, data } = z
    .array(selectorSchema)
    .min(1)
    .safeParse(isMap(meshConfig) ? meshConfig["discoverySelectors"] : undefined);
  return success ? data : undefined;
}

/** What a selector asks for. */
function labelsFor({ matchLabels = {}, matchExpressions = [] }: LabelSelector): Labels {
  const wanted = matchExpressions.flatMap(({ key, operator, values: [first] = [] }): [string, string][] => {
    if (operator === "Exists") return [[key, "true"]];
    return operator === "In" && first !== undefined ? [[key, first]] : [];
  });
  return { ...Object.fromEntries(wanted), ...matchLabels };
}
