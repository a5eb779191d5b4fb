import { KubernetesError, type ClusterClient, type PatchOperation } from "../../access";
import type { Mend } from "./compare/compare";
import type { Repair } from "./finding";
import { objectText } from "./object-reference";

/** What came of one object that was to be put back. */
export interface RepairResult {
  readonly cluster: string;
  /** `Deployment istio-system/istiod` */
  readonly object: string;
  /** Why it was not put back; undefined when it was. */
  readonly trouble?: string;
}

/**
 * Puts objects back to what was applied, in the places that were compared and no others. An object that has changed since
 * is left alone.
 */
export async function repairObjects(client: ClusterClient, repairs: readonly Repair[]): Promise<RepairResult[]> {
  const results: RepairResult[] = [];
  // One after the other: a webhook's objects come before what it would be asked about only in their own order.
  for (const repair of repairs) {
    const about = { cluster: client.name, object: objectText(repair.object) };
    try {
      if (repair.create === undefined) await client.patch(repair.path, patchOf(repair));
      else await client.create(repair.path, repair.create);
      results.push(about);
    } catch (error) {
      if (!(error instanceof KubernetesError)) throw error;
      results.push({ ...about, trouble: error.reason });
    }
  }
  return results;
}

/**
 * The JSON Patch of a repair. What is removed comes last and from the end, so that the places before it stay what they
 * are; and all of it fails where the object is no longer the one that was looked at.
 */
export function patchOf({ mends = [], resourceVersion }: Repair): PatchOperation[] {
  const test =
    resourceVersion === undefined
      ? []
      : [{ op: "test", path: "/metadata/resourceVersion", value: resourceVersion } as const];
  const unique = [...new Map(mends.map((mend) => [JSON.stringify([mend.op, mend.at, mend.value]), mend])).values()];
  const removals = unique.filter(({ op }) => op === "remove").sort((left, right) => comparePlaces(right.at, left.at));
  return [...test, ...[...unique.filter(({ op }) => op !== "remove"), ...removals].map(operationOf)];
}

function operationOf({ op, at, value }: Mend): PatchOperation {
  const path = at.map((step) => `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
  return op === "remove" ? { op, path } : { op, path, value };
}

function comparePlaces(left: Mend["at"], right: Mend["at"]): number {
  for (const [index, step] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    if (step === other) continue;
    return typeof step === "number" && typeof other === "number" ? step - other : String(step) < String(other) ? -1 : 1;
  }
  return left.length - right.length;
}
