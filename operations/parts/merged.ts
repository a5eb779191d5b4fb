import { trustPart, type MeshPlan } from "../../topology";
import type { Changes } from "../stack/stack";

/** Outputs of a stack; secrets are left out or masked. */
type Outputs = Readonly<Record<string, unknown>>;

/** Several counts of changes as one. Pure. */
export function summed(counts: readonly Changes[]): Changes {
  const sum: Record<string, number> = {};
  for (const changes of counts) {
    for (const [kind, count] of Object.entries(changes)) sum[kind] = (sum[kind] ?? 0) + count;
  }
  return sum;
}

/** The outputs of a mesh's parts as those of a mesh in one stack. Pure. */
export function mergedOutputs(plan: MeshPlan, parts: ReadonlyMap<string, Outputs>): Outputs {
  const all = (key: string): object =>
    Object.assign({}, ...[...parts].sort(byName).map(([, outputs]) => outputs[key] ?? {})) as object;
  const mesh = parts.get(trustPart)?.["mesh"] ?? { id: plan.id, trustDomain: plan.trustDomain };
  const trust = parts.get(trustPart)?.["trust"];
  return {
    mesh,
    clusters: all("clusters"),
    controlPlanes: all("controlPlanes"),
    ...(trust === undefined ? {} : { trust }),
  };
}

function byName([left]: readonly [string, Outputs], [right]: readonly [string, Outputs]): number {
  return left < right ? -1 : 1;
}
