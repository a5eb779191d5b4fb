import { isMap, type IntermediateOrigin } from "../../topology";
import { ensureAdmitted, isNotFound, KubernetesError, type ClusterClient } from "../../access";
import type { Manifests } from "./applied/manifest";
import { markedByHelm } from "./applied/helm-marks";
import { UnreadableRecord } from "./applied/release-record";
import type { Applied, AppliedRelease } from "./applied/state";
import { compare } from "./compare/compare";
import { isOfKinds, workloads, type KubernetesObject } from "./compare/object-kind";
import { pathText } from "./compare/path";
import { canBeMadeAgain, isTrustedAbout, recordedObjects, stackObject, type ExpectedObject } from "./expected-object";
import type { ClusterDrift, DriftFinding, Repair } from "./finding";
import { withoutContents } from "./gone-namespaces";
import { limited } from "../limited";
import { listOwned, listScaled } from "./listed";
import { objectKey, referenceTo, type ObjectReference } from "./object-reference";
import { releaseDrift, unreadableRecord } from "./release-drift";
import { history, latestRecord } from "./releases";
import { differenceRemedy, missingRemedy, recordRemedy, type DriftWords } from "./remedy";
import { Resources, type ObjectPaths } from "./resources";
import { shown } from "./shown";
import { straysAmong } from "./strays";

/** Requests that one API server is asked at once: what is read is small, and the server has other work. */
const requestsAtOnce = 8;

/** What came of one object. */
interface Outcome {
  readonly findings: readonly DriftFinding[];
  readonly repairs: readonly Repair[];
  readonly reference?: ObjectReference;
}

/** One cluster of a mesh, against what was applied to it. */
export class ClusterComparison {
  private readonly resources: Resources;
  private readonly applied: Applied;

  constructor(
    private readonly client: ClusterClient,
    applied: Applied,
    private readonly context: DriftWords & {
      readonly manifests: Manifests;
      readonly intermediate?: IntermediateOrigin;
    },
  ) {
    this.resources = new Resources(client);
    this.applied = {
      ...applied,
      objects: applied.objects.filter(({ cluster }) => cluster === client.name),
      releases: applied.releases.filter(({ cluster }) => cluster === client.name),
    };
  }

  /** Compares everything. A cluster that does not answer is one finding. */
  async run(): Promise<ClusterDrift> {
    const cluster = this.client.name;
    try {
      await ensureAdmitted(this.client);
      return await this.compareAll();
    } catch (error) {
      if (!(error instanceof KubernetesError)) throw error;
      const finding: DriftFinding = {
        cluster,
        kind: "unreachable",
        severity: "drift",
        path: "",
        expected: error.trouble?.expected ?? "an answer from its API server",
        found: error.trouble?.found ?? error.reason,
        remedy: `${error.fix ?? "Make it answer."} Then run it again.`,
      };
      return { cluster, objects: 0, findings: [finding], repairs: [] };
    }
  }

  private async compareAll(): Promise<ClusterDrift> {
    const releases = await limited(requestsAtOnce, this.applied.releases, (release) => this.release(release));
    const expected = [...this.applied.objects.map(stackObject), ...releases.flatMap(({ objects }) => objects)];
    const scaled = await this.orUnreadable("HorizontalPodAutoscalers", () => this.scaledWorkloads(expected));
    const keys = new Set(scaled.found);
    const outcomes = await limited(requestsAtOnce, expected, (one) => this.object(one, keys));
    const known = new Set(outcomes.flatMap(({ reference }) => (reference === undefined ? [] : [objectKey(reference)])));
    const owned = await this.orUnreadable("what is marked as ours", () => listOwned(this.client));
    const isApplied = (reference: ObjectReference): boolean => known.has(objectKey(reference));
    const strays = straysAmong(this.client.name, owned.found, isApplied, this.context.intermediate);
    const findings = [
      ...releases.flatMap((release) => release.findings),
      ...outcomes.flatMap((outcome) => outcome.findings),
      ...strays,
      ...scaled.findings,
      ...owned.findings,
    ];
    return {
      cluster: this.client.name,
      objects: expected.length,
      findings: withoutContents(findings),
      repairs: outcomes.flatMap((outcome) => outcome.repairs),
    };
  }

  private async release(
    applied: AppliedRelease,
  ): Promise<{ readonly findings: readonly DriftFinding[]; readonly objects: readonly ExpectedObject[] }> {
    try {
      const latest = await latestRecord(this.client, applied);
      if (latest === undefined) return { findings: releaseDrift(applied, [], this.context), objects: [] };
      const isOfOurRevision = releaseDrift(applied, [latest], this.context).length === 0;
      // All revisions are much to read: only for the way back.
      const revisions = isOfOurRevision ? [latest] : await history(this.client, applied);
      const recorded = recordedObjects(applied, this.context.manifests.objectsOf(latest.manifest), isOfOurRevision);
      return {
        findings: [...releaseDrift(applied, revisions, this.context), ...recorded.findings],
        objects: recorded.objects,
      };
    } catch (error) {
      if (!(error instanceof UnreadableRecord) && !isRefusal(error)) throw error;
      return { findings: [unreadableRecord(applied, error.reason)], objects: [] };
    }
  }

  private async object(expected: ExpectedObject, scaled: ReadonlySet<string>): Promise<Outcome> {
    const { object, release } = expected;
    const paths = await this.resources.pathsOf(object, release?.namespace ?? "default");
    if (paths === undefined) {
      return { findings: [this.missing(expected, referenceTo(object), "no such kind in the cluster")], repairs: [] };
    }
    const { reference } = paths;
    try {
      const live = await this.client.get<KubernetesObject>(paths.object);
      return { reference, ...this.differences(expected, paths, live, scaled.has(objectKey(reference))) };
    } catch (error) {
      if (!isRefusal(error)) throw error;
      if (!isNotFound(error)) {
        const about = { object: reference, ...ofRelease(release) };
        return { reference, findings: [this.unreadable(error, about)], repairs: [] };
      }
      const repairs =
        release !== undefined && canBeMadeAgain(expected)
          ? [{ path: paths.collection, object: reference, create: markedByHelm(object, reference, release) }]
          : [];
      return { reference, findings: [this.missing(expected, reference, "nothing")], repairs };
    }
  }

  private differences(
    expected: ExpectedObject,
    { reference, object: path }: ObjectPaths,
    live: KubernetesObject,
    isScaled: boolean,
  ): Pick<Outcome, "findings" | "repairs"> {
    const { object, release, extent } = expected;
    const { stack } = this.context;
    const differences = compare(object, live, isScaled).filter(({ kind }) => extent === "object" || kind !== "extra");
    if (differences.length === 0) return { findings: [], repairs: [] };
    const about = {
      site: this.context.site,
      object,
      ...(release === undefined ? {} : { chart: release.chart }),
    };
    const canBePutBack = isTrustedAbout(expected, differences);
    const findings = differences.map((difference): DriftFinding => ({
      cluster: this.client.name,
      kind: difference.kind,
      severity: "drift",
      object: reference,
      ...ofRelease(release),
      path: pathText(difference.path),
      ...shown(object, difference),
      remedy: (canBePutBack ? undefined : untrustedRemedy(expected)) ?? differenceRemedy(about, difference, stack),
    }));
    const { resourceVersion } = (live["metadata"] ?? {}) as { readonly resourceVersion?: string };
    const repair: Repair = {
      path,
      object: reference,
      mends: differences.map(({ mend }) => mend),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    };
    return { findings, repairs: expected.isOfOurRevision && canBePutBack ? [repair] : [] };
  }

  private missing(expected: ExpectedObject, object: ObjectReference, found: string): DriftFinding {
    const { release, trust } = expected;
    return {
      cluster: this.client.name,
      kind: "missing",
      severity: "drift",
      object,
      ...ofRelease(release),
      path: "",
      expected: "it",
      found,
      remedy:
        (trust === "all" ? undefined : untrustedRemedy(expected)) ?? missingRemedy(release?.chart, this.context.stack),
    };
  }

  private unreadable(
    { reason }: KubernetesError,
    about: Pick<DriftFinding, "object" | "release">,
    what = "it",
  ): DriftFinding {
    return {
      cluster: this.client.name,
      kind: "unreadable",
      severity: "drift",
      ...about,
      path: "",
      expected: `permission to read ${what}`,
      found: reason,
      remedy: "Let the kubeconfig's account read it.",
    };
  }

  /** What is listed; where the API server refuses that, a finding says so, and all else is compared. */
  private async orUnreadable<T>(
    what: string,
    list: () => Promise<readonly T[]>,
  ): Promise<{ readonly found: readonly T[]; readonly findings: readonly DriftFinding[] }> {
    try {
      return { found: await list(), findings: [] };
    } catch (error) {
      if (!isRefusal(error)) throw error;
      return { found: [], findings: [this.unreadable(error, {}, what)] };
    }
  }

  /** Workloads whose replicas are scaled, in the namespaces of those that were applied with some. */
  private async scaledWorkloads(expected: readonly ExpectedObject[]): Promise<string[]> {
    const counted = expected.filter(
      ({ object }) => isOfKinds(object, workloads) && isMap(object["spec"]) && object["spec"]["replicas"] !== undefined,
    );
    const paths = await Promise.all(
      counted.map(({ object, release }) => this.resources.pathsOf(object, release?.namespace ?? "default")),
    );
    const namespaces = new Set(paths.flatMap((found) => found?.reference.namespace ?? []));
    return (await Promise.all([...namespaces].map((namespace) => listScaled(this.client, namespace)))).flat();
  }
}

/** What to do about an object that is not put back, for its release's record is not believed; of others, other words are. */
function untrustedRemedy({ release, isOfOurRevision }: ExpectedObject): string | undefined {
  return release === undefined || !isOfOurRevision ? undefined : recordRemedy(release);
}

/** Whether the API server answered, and not with what it was asked for. */
function isRefusal(error: unknown): error is KubernetesError {
  return error instanceof KubernetesError && error.status !== undefined;
}

function ofRelease(release: AppliedRelease | undefined): { readonly release?: string } {
  return release === undefined ? {} : { release: `${release.namespace}/${release.name}` };
}
