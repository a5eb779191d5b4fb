import type { IssuerRef } from "../schema/cert-manager";
import { firstIntermediateKey } from "../schema/intermediate-keys";
import type { MeshPlan } from "./mesh-plan";

/** Who keeps the Secret with the intermediate CA of an istiod. */
export type IntermediateOrigin = "made" | "existing" | "issued";

/**
 * Who keeps the Secret with the intermediate CA of an istiod: the mesh makes it (`made`), it is there already and somebody
 * else's (`existing`), or cert-manager keeps it by a Certificate that the mesh makes (`issued`). Pure.
 */
export function intermediateOrigin({ trust }: Pick<MeshPlan, "trust">, site: string): IntermediateOrigin {
  if (trust.root === "cert-manager") return "issued";
  const source = trust.intermediates?.[site];
  return source !== undefined && "existingSecret" in source ? "existing" : "made";
}

/**
 * The issuer that signs the intermediate CA of an istiod. Pure.
 * @returns Undefined where cert-manager issues none.
 */
export function issuerRefOf({ trust }: Pick<MeshPlan, "trust">, site: string): IssuerRef | undefined {
  if (trust.root !== "cert-manager") return undefined;
  return trust.certManager?.issuerRefs[site] ?? trust.certManager?.issuerRef;
}

/** The keys of an intermediate CA that a stack makes. */
export interface IntermediateKeysPlan {
  /** Names of those that there are, as the configuration has them. */
  readonly keys: readonly string[];
  /** Name of the one that its certificate is of. */
  readonly used: string;
}

/** The keys of the intermediate CA of an istiod. Pure. */
export function intermediateKeysOf({ trust }: Pick<MeshPlan, "trust">, site: string): IntermediateKeysPlan {
  return trust.intermediateKeys[site] ?? { keys: [firstIntermediateKey], used: firstIntermediateKey };
}
