/** A Helm release as it stands against the one that was applied. Pure. */

import { describeFound, isMap } from "../../topology";
import type { AppliedRelease } from "./applied/state";
import type { ReleaseRecord } from "./applied/release-record";
import { pathText, type Path } from "./compare/path";
import type { DriftFinding } from "./finding";
import type { ObjectReference } from "./object-reference";
import { missingRemedy, releaseRemedy, type DriftWords } from "./remedy";
import { mayBeSecret, shownValue } from "./shown";

/** At most so many values of a release are told one by one. */
const mostValues = 8;

/**
 * What somebody has done to a release.
 * @param revisions Helm's records of it, the last one first; none when Helm knows no such release.
 */
export function releaseDrift(
  applied: AppliedRelease,
  revisions: readonly ReleaseRecord[],
  words: DriftWords,
): DriftFinding[] {
  const [latest, ...earlier] = revisions;
  // The state may already know the revision of somebody else, after a refresh: the values tell which one is ours.
  const ours = earlier.find(
    (record) => ["deployed", "superseded"].includes(record.status) && isAsApplied(applied, record),
  );
  const finding = (path: string, expected: string, found: string): DriftFinding => ({
    cluster: applied.cluster,
    kind: latest === undefined ? "missing" : "release",
    severity: "drift",
    object: { apiVersion: "helm.sh/v3", kind: "Release", namespace: applied.namespace, name: applied.name },
    release: `${applied.namespace}/${applied.name}`,
    path,
    expected,
    found,
    remedy:
      latest === undefined ? missingRemedy(undefined, words.stack) : releaseRemedy(applied, ours?.revision, words),
  });
  if (latest === undefined) return [finding("", `revision ${applied.revision}`, "no such release")];
  const revision = `revision ${latest.revision}`;
  return [
    ...(latest.status === "deployed" ? [] : [finding("status", "deployed", `${latest.status} (${revision})`)]),
    ...(isOfChart(applied, latest)
      ? []
      : [
          finding(
            "chart",
            `${applied.chart} ${applied.version}`,
            `${latest.chart} ${latest.chartVersion} (${revision})`,
          ),
        ]),
    ...valueDrift(applied, latest, finding),
  ];
}

/** Whether a revision is of the chart and the values that were applied, whoever made it. */
function isAsApplied(applied: AppliedRelease, record: ReleaseRecord): boolean {
  const { values } = applied;
  return isOfChart(applied, record) && (values === undefined || differing([], values, record.values).length === 0);
}

function isOfChart(applied: AppliedRelease, { chart, chartVersion }: ReleaseRecord): boolean {
  return chart === applied.chart && chartVersion === applied.version;
}

function valueDrift(
  { values, hasSecretValues }: AppliedRelease,
  latest: ReleaseRecord,
  finding: (path: string, expected: string, found: string) => DriftFinding,
): DriftFinding[] {
  if (values === undefined) return [];
  const differences = differing([], values, latest.values);
  const told = differences.slice(0, mostValues).map(({ path, expected, found }) => {
    const where = pathText(["values", ...path]);
    if (hasSecretValues || mayBeSecret({ kind: "Release" }, path)) {
      return finding(where, expected === undefined ? "nothing" : "the value that was applied", "another value");
    }
    return finding(where, shownValue(expected), `${shownValue(found)} (revision ${latest.revision})`);
  });
  const more = differences.length - told.length;
  return more === 0 ? told : [...told, finding("values", "as applied", `${more} more that differ`)];
}

interface DifferentValue {
  readonly path: Path;
  readonly expected: unknown;
  readonly found: unknown;
}

/** To Helm a value that is null is none. */
function differing(path: Path, expected: unknown, found: unknown): DifferentValue[] {
  if ((expected ?? undefined) === undefined && (found ?? undefined) === undefined) return [];
  if (isMap(expected) && isMap(found)) {
    const keys = [...new Set([...Object.keys(expected), ...Object.keys(found)])].sort();
    return keys.flatMap((key) => differing([...path, key], expected[key], found[key]));
  }
  if (Array.isArray(expected) && Array.isArray(found) && expected.length === found.length) {
    return expected.flatMap((entry, index) => differing([...path, { entry: String(index) }], entry, found[index]));
  }
  return expected === found ? [] : [{ path, expected, found }];
}

/** What a record names as the release's, and the stack's state does not. It is not looked at, and never made. */
export function unknownObject(applied: AppliedRelease, object: ObjectReference): DriftFinding {
  return {
    cluster: applied.cluster,
    kind: "release",
    severity: "drift",
    object,
    release: `${applied.namespace}/${applied.name}`,
    path: "",
    expected: "an object that the stack knows of the release",
    found: "one that only Helm's record in the cluster names",
    remedy:
      `Look who wrote the record (\`helm get manifest ${applied.name} -n ${applied.namespace}\` in cluster ${applied.cluster}): ` +
      "neither the stack nor its chart did.",
  };
}

/** Why a record does not tell what was applied. */
export function unreadableRecord(applied: AppliedRelease, reason: string): DriftFinding {
  return {
    cluster: applied.cluster,
    kind: "unreadable",
    severity: "drift",
    object: { apiVersion: "helm.sh/v3", kind: "Release", namespace: applied.namespace, name: applied.name },
    release: `${applied.namespace}/${applied.name}`,
    path: "",
    expected: "Helm's record of it",
    found: describeFound(reason),
    remedy: `Look at \`helm history ${applied.name} -n ${applied.namespace}\` in cluster ${applied.cluster}.`,
  };
}
