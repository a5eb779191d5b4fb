/** What a stack's exported state says was applied. Pure. */

import { isMap } from "../../../topology";
import type { RawState } from "../../../engine/state";
import { providerName } from "../../../stacks/recovery/pending";
import { isSecret, revealed } from "../../../engine/state";
import type { KubernetesObject } from "../compare/object-kind";
import { objectNamesIn } from "./record-trust";

/** A Kubernetes object that the stack itself made or labels. */
export interface AppliedObject {
  /** The cluster's name in the mesh. */
  readonly cluster: string;
  /** What was applied. Holds secrets. */
  readonly object: KubernetesObject;
  /** `fields`: the object is another's, and the stack put some fields into it; all else there is its owner's. */
  readonly extent: "object" | "fields";
}

/** A Helm release that the stack made. */
export interface AppliedRelease {
  readonly cluster: string;
  readonly name: string;
  readonly namespace: string;
  /** Name of the chart: `istiod`. */
  readonly chart: string;
  readonly version: string;
  /** Helm's count of installations and upgrades. */
  readonly revision: number;
  /** Values that it was given; undefined where they came from files. May hold secrets. */
  readonly values: Readonly<Record<string, unknown>> | undefined;
  /** Whether the state keeps the values as a secret. */
  readonly hasSecretValues: boolean;
  /** The objects that it made, as {@link objectNamesIn} names them; undefined where the state does not say. */
  readonly objectNames: ReadonlySet<string> | undefined;
}

/** All that was applied. */
export interface Applied {
  readonly objects: readonly AppliedObject[];
  readonly releases: readonly AppliedRelease[];
  /** Whether an update is under way, or was killed: then what stands may be half of it. */
  readonly isUnfinished: boolean;
}

/** A resource of an exported state, as far as it matters here (sdk/go/common/apitype, ResourceV3). */
interface Resource {
  readonly type: string;
  readonly provider?: string;
  readonly inputs?: unknown;
  readonly outputs?: unknown;
  /** It stands elsewhere and is only read. */
  readonly external?: boolean;
  /** It was replaced, and is to be deleted. */
  readonly delete?: boolean;
}

const releaseType = "kubernetes:helm.sh/v3:Release";

/**
 * What was applied, by the states of the stacks that make up a mesh.
 * @param states As Pulumi exports them with secrets shown.
 * @throws RangeError when a secret is not shown.
 */
export function appliedIn(states: readonly RawState[]): Applied {
  const resources = states.flatMap((state) => (state.resources ?? []) as readonly Resource[]);
  const standing = resources.filter((resource) => resource.external !== true && resource.delete !== true);
  return {
    objects: standing.flatMap(objectOf),
    releases: standing.flatMap(releaseOf),
    isUnfinished: states.some((state) => (state.pending_operations ?? []).length > 0),
  };
}

function objectOf({ type, provider, inputs }: Resource): AppliedObject[] {
  const cluster = providerName(provider);
  if (cluster === undefined || type === releaseType) return [];
  const object = shown(inputs);
  if (!isMap(object) || typeof object["apiVersion"] !== "string" || typeof object["kind"] !== "string") return [];
  return [{ cluster, object: object as KubernetesObject, extent: type.endsWith("Patch") ? "fields" : "object" }];
}

function releaseOf({ type, provider, inputs, outputs }: Resource): AppliedRelease[] {
  const cluster = providerName(provider);
  const [given, made] = [shown(inputs), shown(outputs)];
  if (cluster === undefined || type !== releaseType || !isMap(given) || !isMap(made) || !isMap(made["status"]))
    return [];
  const { chart, version, revision, name, namespace } = made["status"];
  const hasFiles = Array.isArray(given["valueYamlFiles"]) && given["valueYamlFiles"].length > 0;
  const values = given["values"] ?? {};
  return [
    {
      cluster,
      name: String(name ?? given["name"]),
      namespace: String(namespace ?? given["namespace"]),
      chart: String(chart),
      version: String(version),
      revision: Number(revision),
      values: isMap(values) && !hasFiles ? values : undefined,
      hasSecretValues: isMap(inputs) && holdsSecret(inputs["values"]),
      objectNames: objectNamesIn(made["resourceNames"]),
    },
  ];
}

/** A value of the state as plain data, secrets among it, without what the engine notes there (`__fieldManager`). */
function shown(value: unknown): unknown {
  return withoutNotes(revealed(value));
}

function withoutNotes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNotes);
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !key.startsWith("__"))
      .map(([key, inner]) => [key, withoutNotes(inner)]),
  );
}

function holdsSecret(value: unknown): boolean {
  if (isSecret(value)) return true;
  if (Array.isArray(value)) return value.some(holdsSecret);
  return isMap(value) && Object.values(value).some(holdsSecret);
}
