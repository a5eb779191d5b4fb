/**
 * How far Helm's record of a release is believed. It is a Secret in the cluster: whoever may write Secrets beside istiod,
 * istiod itself among them, may write into it what a repair, run with an administrator's rights, would then make. Pure.
 */

import { isOfKinds, rbac, type KubernetesObject } from "../compare/object-kind";
import type { AppliedRelease } from "./state";

/**
 * What the record may decide about an object.
 * - `all`: it is put back.
 * - `less`: what it does not have may be taken away; it gives nobody a right.
 * - `nothing`: it is compared at most.
 * - `unknown-object`: the stack's own state knows of no such object of the release.
 */
export type RecordTrust = "all" | "less" | "nothing" | "unknown-object";

/** What a release's record may decide about one of the objects that it has. */
export function trustInRecord({ objectNames }: AppliedRelease, object: KubernetesObject): RecordTrust {
  // A state that does not say what the release made cannot vouch for anything.
  if (objectNames === undefined) return "nothing";
  if (!objectNames.has(nameInState(object))) return "unknown-object";
  // A refresh takes names over from the record, so that a name is no proof where it would give rights.
  return isOfKinds(object, givesRights) ? "less" : "all";
}

const givesRights = rbac("ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding");

/** As Pulumi's Kubernetes provider names objects of a release: by group and kind, version, and the names in the manifest. */
function nameInState({ apiVersion, kind, metadata }: KubernetesObject): string {
  const { name, namespace } = (metadata ?? {}) as { readonly name?: unknown; readonly namespace?: unknown };
  const [group] = apiVersion.includes("/") ? apiVersion.split("/") : [undefined];
  const qualified = typeof namespace === "string" && namespace !== "" ? `${namespace}/${String(name)}` : String(name);
  return `${kind}${group === undefined ? "" : `.${group}`}/${apiVersion} ${qualified}`;
}

/** All names of a release's `resourceNames`; undefined where the state has none. */
export function objectNamesIn(resourceNames: unknown): ReadonlySet<string> | undefined {
  if (typeof resourceNames !== "object" || resourceNames === null) return undefined;
  return new Set(
    Object.entries(resourceNames).flatMap(([kind, names]) =>
      Array.isArray(names) ? names.map((name) => `${kind} ${String(name)}`) : [],
    ),
  );
}
