import { readRevocations } from "../../access/trust/read-intermediate";
import { configurationPath, type MeshPlan, type Problem } from "../../topology";
import {
  certificatesIn,
  endingLists,
  judgeRevocationLists,
  rootOf,
  type NamedChain,
  type TrustMaterial,
} from "../../trust";

/** Where lists are named in the configuration. */
export const revocationsPath = configurationPath("trust", "revocations");

/** Revocation lists as they were read, and what is to be said of them. */
export interface FoundRevocations {
  /** Undefined where the configuration names none, or they cannot be read. */
  readonly pem?: string;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/**
 * Reads the revocation lists that the configuration names, and judges them by the chains that are given beside. Those that
 * the stack makes are judged where the clusters are asked.
 */
export async function findRevocations(
  { trust }: Pick<MeshPlan, "trust">,
  projectDirectory: string,
  material: Pick<TrustMaterial, "intermediates" | "rootsPem">,
  now = new Date(),
): Promise<FoundRevocations> {
  if (trust.revocations === undefined) return { problems: [], warnings: [] };
  const pem = await readRevocations(trust.revocations, projectDirectory);
  if (typeof pem === "object") return { problems: [pem], warnings: [] };
  const context = { now, path: revocationsPath };
  const { value: lists, problems } = judgeRevocationLists(pem, { ...context, chains: givenChains(material) });
  return { pem, problems, warnings: problems.length > 0 ? [] : endingLists(lists, context) };
}

/** The chains of intermediates that were made elsewhere, up to their roots. Pure. */
export function givenChains({
  intermediates,
  rootsPem = "",
}: Pick<TrustMaterial, "intermediates" | "rootsPem">): NamedChain[] {
  return [...intermediates].flatMap(([site, found]) => {
    if (!("certificatePem" in found)) return [];
    const chain = certificatesIn(found.certificatePem);
    const root = rootOf(chain, certificatesIn(rootsPem));
    return [{ whose: site, chain: root === undefined ? chain : [...chain, root] }];
  });
}
