import {
  isOfRelease,
  releaseNameAnnotation,
  releaseNamespaceAnnotation,
  systemNamespace,
  type Problem,
} from "../../../../topology";
import type { ChartObject } from "../chart-objects";
import type { FoundChartObject, ObjectMetadata, StandingFacts } from "../facts";
import { kubectl } from "../kubectl";
import { systemOwner, type StandingRule } from "./rule";

const managedByHelm = "app.kubernetes.io/managed-by=Helm";

/** Objects of one owner that are to be said together. */
type Owned = Readonly<Record<string, readonly FoundChartObject[]>>;

/**
 * What our charts would make and Helm would not take over: it wants the marks of the very release, and ends in the middle
 * with "invalid ownership metadata", at the first of them (helm, action/validate.go). A release that stands has its objects
 * whatever their marks are; only what a later version of its chart adds is looked at.
 */
export const ownership: StandingRule = (facts) => {
  const foreign = facts.chartObjects.filter((found) => !isOf(found));
  const isLater = ({ object }: FoundChartObject): boolean => stands(facts, object.release);
  return {
    problems: described(
      facts,
      foreign.filter((found) => !isLater(found)),
    ),
    warnings: described(facts, foreign.filter(isLater)).map((problem) => ({
      ...problem,
      fix: `The release that stands goes on; one that adds them to its chart would end there. ${problem.fix}`,
    })),
  };
};

function isOf({ object, metadata }: FoundChartObject): boolean {
  const { labels, annotations } = metadata;
  return (
    labels["app.kubernetes.io/managed-by"] === "Helm" &&
    isOfRelease(annotations, { name: object.release, namespace: systemNamespace })
  );
}

/** Whether the release has a record, or may have one that may not be read. */
function stands(facts: StandingFacts, release: ChartObject["release"]): boolean {
  const owner = systemOwner(facts);
  if (owner !== "ours") return owner === "unread";
  return facts.releases === undefined || facts.releases.some(({ name }) => name === release);
}

function described(facts: StandingFacts, objects: readonly FoundChartObject[]): Problem[] {
  if (objects.length === 0) return [];
  const byOwner: Owned = Object.groupBy(objects, ({ metadata }) => ownerOf(metadata)) as Owned;
  return [
    {
      path: facts.site.path,
      expected: "nothing of Istio's outside of namespaces that Helm would not take over for this mesh",
      found: Object.entries(byOwner)
        .map(([owner, own]) => `${own.map(({ object }) => nameOf(object)).join(", ")} (${owner})`)
        .join("; "),
      fix: fixOf(facts, objects),
    },
  ];
}

function ownerOf({ annotations, labels }: ObjectMetadata): string {
  const name = annotations[releaseNameAnnotation];
  if (name !== undefined) return `of the Helm release ${annotations[releaseNamespaceAnnotation] ?? ""}/${name}`;
  const manager = labels["app.kubernetes.io/managed-by"];
  return manager === undefined || manager === "Helm" ? "without Helm's owner" : `managed by ${manager}`;
}

function nameOf({ kind, name }: ChartObject): string {
  return `${kind}/${name}`;
}

function fixOf(facts: StandingFacts, objects: readonly FoundChartObject[]): string {
  const { site } = facts;
  const names = objects.map(({ object }) => nameOf(object));
  const handOver = [
    kubectl(site, "label", "--overwrite", ...names, managedByHelm),
    ...(["istio-base", "istiod"] as const).flatMap((release) => {
      const own = objects.filter(({ object }) => object.release === release).map(({ object }) => nameOf(object));
      const owner = [`${releaseNameAnnotation}=${release}`, `${releaseNamespaceAnnotation}=${systemNamespace}`];
      return own.length === 0 ? [] : [kubectl(site, "annotate", "--overwrite", ...own, ...owner)];
    }),
  ];
  const keepsAnother = facts.istiods === undefined || facts.istiods.length > 0;
  const settled = keepsAnother ? "If no other Istio needs them any more, hand" : "Hand";
  return `${settled} them over to this mesh: ${handOver.join(" and ")}.${keepsAnother ? leaving(facts, objects) : removing(facts, objects)}`;
}

/** Without an istiod they do nothing; with CRDs goes what was configured by them. */
function removing({ site }: StandingFacts, objects: readonly FoundChartObject[]): string {
  const names = objects.map(({ object }) => nameOf(object));
  const hasDefinitions = objects.some(({ object }) => object.kind === "crd");
  const loss = hasDefinitions ? ", which takes every Istio resource of these kinds with it" : "";
  return ` Or, since no istiod runs there, remove them${loss}: ${kubectl(site, "delete", ...names)}.`;
}

function leaving({ cluster }: StandingFacts, objects: readonly FoundChartObject[]): string {
  const hasDefinitions = objects.some(({ object }) => object.kind === "crd");
  if (!hasDefinitions || cluster === undefined) return "";
  return ` CRDs that another installation keeps can be left to it: name them in ${cluster.path}.values.base.base.excludedCRDs.`;
}
