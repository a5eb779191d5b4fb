import type { MeshPlan } from "./mesh-plan";

/**
 * Who keeps the Secret with the intermediate CA of an istiod: the mesh makes it, or it is there already and somebody else's.
 * Pure.
 */
export function intermediateOrigin({ trust }: Pick<MeshPlan, "trust">, site: string): "made" | "existing" {
  const source = trust.intermediates?.[site];
  return source !== undefined && "existingSecret" in source ? "existing" : "made";
}
