import { isMap, systemNamespace, ownedLabels } from "../../topology";
import { isNotFound, KubernetesError, type ClusterClient } from "../kubernetes";
import type { Manifests } from "./applied/manifest";
import { UnreadableRecord } from "./applied/release-record";
import type { Applied, AppliedRelease } from "./applied/state";
import { compare } from "./compare/compare";
import { isOfKinds, workloads, type KubernetesObject } from "./compare/object-kind";
import { pathText } from "./compare/path";
import type { ClusterDrift, DriftFinding, ObjectReference, Repair } from "./finding";
import { limited } from "./limited";
import { releaseDrift, unreadableRecord } from "./release-drift";
import { history, latestRecord } from "./releases";
import { differenceRemedy, missingRemedy, type DriftWords } from "./remedy";
import { Resources, type ObjectPaths } from "./resources";
import { shown } from "./shown";
import { straysAmong, type ListedObject } from "./strays";

/** Requests that one API server is asked at once: what is read is small, and the server has other work. */
const requestsAtOnce = 8;

/** An object that is to stand in the cluster. */
interface ExpectedObject {
  readonly object: KubernetesObject;
  /** The release that applied it; undefined for one that the stack made itself. */
  readonly release?: AppliedRelease;
  /** Whether the release stands as it was applied: only then its objects can be put back. */
  readonly isOfOurRevision: boolean;
}

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
    private readonly context: DriftWords & { readonly manifests: Manifests },
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
      await this.client.get("/version");
      return await this.compareAll();
    } catch (error) {
      if (!(error instanceof KubernetesError)) throw error;
      const finding: DriftFinding = {
        cluster,
        kind: "unreachable",
        severity: "drift",
        path: "",
        expected: "an answer from its API server",
        found: error.reason,
        remedy: "Make it answer, and run it again.",
      };
      return { cluster, objects: 0, findings: [finding], repairs: [] };
    }
  }

  private async compareAll(): Promise<ClusterDrift> {
    const releases = await limited(this.applied.releases, requestsAtOnce, (release) => this.release(release));
    const expected = [
      ...this.applied.objects.map(({ object }): ExpectedObject => ({ object, isOfOurRevision: true })),
      ...releases.flatMap(({ objects }) => objects),
    ];
    const scaled = await this.scaledWorkloads(expected);
    const outcomes = await limited(expected, requestsAtOnce, (one) => this.object(one, scaled));
    const known = new Set(outcomes.flatMap(({ reference }) => (reference === undefined ? [] : [keyOf(reference)])));
    const strays = straysAmong(this.client.name, await this.listed(), (reference) => known.has(keyOf(reference)));
    const findings = [
      ...releases.flatMap((release) => release.findings),
      ...outcomes.flatMap((outcome) => outcome.findings),
      ...strays,
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
      const revisions = latest === undefined ? [] : [latest];
      const isChanged = releaseDrift(applied, revisions, this.context).length > 0;
      // All revisions are much to read: only for the way back.
      const all = isChanged ? await history(this.client, applied) : revisions;
      const findings = releaseDrift(applied, all, this.context);
      const objects = this.context.manifests.objectsOf(latest?.manifest ?? "");
      const isOfOurRevision = findings.length === 0;
      return { findings, objects: objects.map((object) => ({ object, release: applied, isOfOurRevision })) };
    } catch (error) {
      if (!(error instanceof UnreadableRecord)) throw error;
      return { findings: [unreadableRecord(applied, error.reason)], objects: [] };
    }
  }

  private async object(expected: ExpectedObject, scaled: ReadonlySet<string>): Promise<Outcome> {
    const { object, release } = expected;
    const paths = await this.resources.pathsOf(object, release?.namespace ?? "default");
    if (paths === undefined) {
      return { findings: [this.missing(expected, referenceOf(object), "no such kind in the cluster")], repairs: [] };
    }
    const { reference } = paths;
    try {
      const live = await this.client.get<KubernetesObject>(paths.object);
      return { reference, ...this.differences(expected, paths, live, scaled.has(keyOf(reference))) };
    } catch (error) {
      if (!(error instanceof KubernetesError)) throw error;
      if (!isNotFound(error))
        return { reference, findings: [this.unreadable(expected, reference, error)], repairs: [] };
      // An object of the stack itself is made again by Pulumi, which must know of it.
      const repairs =
        release === undefined || !expected.isOfOurRevision
          ? []
          : [{ path: paths.collection, object: reference, create: markedByHelm(object, reference, release) }];
      return { reference, findings: [this.missing(expected, reference, "nothing")], repairs };
    }
  }

  private differences(
    { object, release, isOfOurRevision }: ExpectedObject,
    { reference, object: path }: ObjectPaths,
    live: KubernetesObject,
    isScaled: boolean,
  ): Pick<Outcome, "findings" | "repairs"> {
    const differences = compare(object, live, isScaled);
    if (differences.length === 0) return { findings: [], repairs: [] };
    const about = {
      site: this.context.site,
      object,
      ...(release === undefined ? {} : { chart: release.chart }),
    };
    const findings = differences.map((difference): DriftFinding => ({
      cluster: this.client.name,
      kind: difference.kind,
      severity: "drift",
      object: reference,
      ...ofRelease(release),
      path: pathText(difference.path),
      ...shown(object, difference),
      remedy: differenceRemedy(about, difference, this.context.stack),
    }));
    const { resourceVersion } = (live["metadata"] ?? {}) as { readonly resourceVersion?: string };
    const repair: Repair = {
      path,
      object: reference,
      mends: differences.map(({ mend }) => mend),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    };
    return { findings, repairs: isOfOurRevision ? [repair] : [] };
  }

  private missing({ release }: ExpectedObject, object: ObjectReference, found: string): DriftFinding {
    return {
      cluster: this.client.name,
      kind: "missing",
      severity: "drift",
      object,
      ...ofRelease(release),
      path: "",
      expected: "it",
      found,
      remedy: missingRemedy(release?.chart, this.context.stack),
    };
  }

  private unreadable({ release }: ExpectedObject, object: ObjectReference, { reason }: KubernetesError): DriftFinding {
    return {
      cluster: this.client.name,
      kind: "unreadable",
      severity: "drift",
      object,
      ...ofRelease(release),
      path: "",
      expected: "permission to read it",
      found: reason,
      remedy: "Let the kubeconfig's account read it.",
    };
  }

  /** Workloads whose replicas a HorizontalPodAutoscaler sets, in the namespaces of those that were applied with some. */
  private async scaledWorkloads(expected: readonly ExpectedObject[]): Promise<ReadonlySet<string>> {
    const counted = expected.filter(
      ({ object }) => isOfKinds(object, workloads) && isMap(object["spec"]) && object["spec"]["replicas"] !== undefined,
    );
    const paths = await Promise.all(
      counted.map(({ object, release }) => this.resources.pathsOf(object, release?.namespace ?? "default")),
    );
    const namespaces = new Set(paths.flatMap((found) => found?.reference.namespace ?? []));
    const scaled = await limited([...namespaces], requestsAtOnce, async (namespace) => {
      const path = `/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers`;
      const scalers = await this.client.list<{ readonly spec: { readonly scaleTargetRef: ObjectReference } }>(path);
      return scalers.map(({ spec: { scaleTargetRef } }) => keyOf({ ...scaleTargetRef, namespace }));
    });
    return new Set(scaled.flat());
  }

  /** What is marked as ours, and the Secrets that istiod goes by. */
  private async listed(): Promise<ListedObject[]> {
    const labelSelector = Object.entries(ownedLabels)
      .map(([label, value]) => `${label}=${value}`)
      .join(",");
    const ours = await limited(ownedKinds, requestsAtOnce, async ({ apiVersion, kind, path }) => {
      const objects = await this.listOrNone(path, { labelSelector });
      return objects.map((object) => ({ ...object, apiVersion, kind }));
    });
    const secrets = await this.client.list<ListedObject>(`/api/v1/namespaces/${systemNamespace}/secrets`, {
      // Helm's records are large, and none of ours.
      fieldSelector: "type!=helm.sh/release.v1",
    });
    const all = [...ours.flat(), ...secrets.map((secret) => ({ ...secret, apiVersion: "v1", kind: "Secret" }))];
    return [
      ...new Map(
        all.map((object) => [JSON.stringify([object.kind, object.metadata?.namespace, object.metadata?.name]), object]),
      ).values(),
    ];
  }

  /** A cluster without Istio's definitions has none of their objects. */
  private async listOrNone(path: string, query: Readonly<Record<string, string>>): Promise<readonly ListedObject[]> {
    try {
      return await this.client.list<ListedObject>(path, query);
    } catch (error) {
      if (isNotFound(error)) return [];
      throw error;
    }
  }
}

/** Kinds of which Isthmus makes objects by itself. */
const ownedKinds = [
  { apiVersion: "v1", kind: "Namespace", path: "/api/v1/namespaces" },
  { apiVersion: "v1", kind: "Secret", path: "/api/v1/secrets" },
  { apiVersion: "v1", kind: "Service", path: "/api/v1/services" },
  { apiVersion: "networking.istio.io/v1", kind: "Gateway", path: "/apis/networking.istio.io/v1/gateways" },
] as const;

function ofRelease(release: AppliedRelease | undefined): { readonly release?: string } {
  return release === undefined ? {} : { release: `${release.namespace}/${release.name}` };
}

/** As Helm marks what it makes, which its manifest leaves out: by that it knows its own (helm.sh/helm, pkg/action, validate). */
function markedByHelm(object: KubernetesObject, { namespace }: ObjectReference, release: AppliedRelease): object {
  const metadata = (object["metadata"] ?? {}) as { readonly labels?: object; readonly annotations?: object };
  return {
    ...object,
    metadata: {
      ...metadata,
      ...(namespace === undefined ? {} : { namespace }),
      labels: { ...metadata.labels, "app.kubernetes.io/managed-by": "Helm" },
      annotations: {
        ...metadata.annotations,
        "meta.helm.sh/release-name": release.name,
        "meta.helm.sh/release-namespace": release.namespace,
      },
    },
  };
}

/** Versions of one group are spellings of the same object. */
function keyOf({ apiVersion, kind, namespace, name }: ObjectReference): string {
  const group = apiVersion.includes("/") ? apiVersion.split("/")[0] : "";
  return JSON.stringify([group, kind, namespace ?? "", name]);
}

function referenceOf({ apiVersion, kind, ...rest }: KubernetesObject): ObjectReference {
  const { name = "", namespace } = (rest["metadata"] ?? {}) as { readonly name?: string; readonly namespace?: string };
  return { apiVersion, kind, ...(namespace === undefined ? {} : { namespace }), name };
}

/** Where a namespace is gone, all in it is: that is one finding. */
function withoutContents(findings: readonly DriftFinding[]): DriftFinding[] {
  const isGone = ({ kind, path, object }: DriftFinding): boolean =>
    kind === "missing" && path === "" && object !== undefined;
  const gone = findings.filter((finding) => isGone(finding) && finding.object?.kind === "Namespace");
  const inside = (finding: DriftFinding, namespace: DriftFinding): boolean =>
    isGone(finding) && finding.object?.namespace === namespace.object?.name;
  return findings
    .filter((finding) => !gone.some((namespace) => inside(finding, namespace)))
    .map((finding) => {
      if (!gone.includes(finding)) return finding;
      const count = findings.filter((other) => inside(other, finding)).length;
      return { ...finding, expected: `it, with ${count} objects of ours` };
    });
}
