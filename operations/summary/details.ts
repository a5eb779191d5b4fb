import { subjectWords } from "../events";
import { isMere } from "./comparison";
import { differing } from "./differing";
import type { Detail, Difference } from "./model";
import { masked, notKnown } from "./properties";
import type { Step } from "./read-preview";

/** What stands for a cluster's own name where several clusters differ alike. */
const ownName = "(the cluster's name)";

/** Inputs of a release that say what is installed; the others only say how. */
const whatIsInstalled = /^(values\b|chart$|version$|repositoryOpts\b)/;

/** How everything differs, what differs alike in several clusters together; charts' values first. Pure. */
export function detailsOf(steps: readonly Step[]): Detail[] {
  return alikeDetails(steps).map(({ detail }) => detail);
}

/** A detail, and the first of the steps that it is of. */
export interface DetailOfStep {
  readonly detail: Detail;
  readonly step: Step;
}

/** The details with what they are of. */
export function alikeDetails(steps: readonly Step[]): DetailOfStep[] {
  const single = steps.flatMap(detailOf);
  const alike = Map.groupBy(single, ({ detail, key }) => `${detail.kind} ${detail.title} ${key}`);
  return [...alike.values()]
    .flatMap(([first, ...more]): DetailOfStep[] => {
      if (first === undefined) return [];
      const clusters = [first, ...more].flatMap(({ detail }) => detail.clusters).sort();
      const differences = more.length === 0 ? first.detail.differences : first.common;
      return [{ detail: { ...first.detail, clusters, differences }, step: first.step }];
    })
    .sort((left, right) => (order(left.detail) < order(right.detail) ? -1 : 1));
}

/** Charts' values first; the engine tells of resources in whatever order they come. */
function order({ clusters, kind, title }: Detail): string {
  return [kind === "values" ? 0 : 1, title, ...clusters].join(" ");
}

interface SingleDetail extends DetailOfStep {
  /** The differences with the cluster's own name taken out. */
  readonly common: readonly Difference[];
  readonly key: string;
}

function detailOf(step: Step): SingleDetail[] {
  const { op, subject, type } = step;
  if (isMere(step) || op === "same" || op === "delete") return [];
  const isRelease = type.endsWith("helm.sh/v3:Release");
  // Of what is new only the values say anything that the plan does not.
  if (op === "create" && !isRelease) return [];
  const differences = isRelease ? ofRelease(step) : differing(step);
  // Of secrets there is nothing to see but that they differ, which the change above says.
  if (differences.every(({ before, after }) => isHidden(before) && isHidden(after))) return [];
  const { cluster } = subject;
  const common = cluster === undefined ? differences : differences.map((one) => withoutName(one, cluster));
  const detail: Detail = {
    kind: isRelease ? "values" : "object",
    title: subjectWords(subject),
    clusters: cluster === undefined ? [] : [cluster],
    differences,
  };
  return [{ detail, step, common, key: JSON.stringify(common) }];
}

/** Where the values are not known yet, neither are the chart's version nor how they will differ. */
function ofRelease(step: Step): Difference[] {
  const found = differing(step).filter(({ path }) => whatIsInstalled.test(path));
  if (!found.some(({ path, after }) => path === "values" && after === notKnown)) return found;
  return found
    .filter(({ path }) => path !== "version")
    .map((one) => (one.path === "values" ? { path: one.path, after: notKnown } : one));
}

function isHidden(value: unknown): boolean {
  return value === masked || value === notKnown;
}

function withoutName(difference: Difference, cluster: string): Difference {
  const swap = (value: unknown): unknown => (value === cluster ? ownName : value);
  const { before, after, path } = difference;
  return {
    path,
    ...("before" in difference ? { before: swap(before) } : {}),
    ...("after" in difference ? { after: swap(after) } : {}),
  };
}
