import { configurationPath, type MeshPlan, type Problem } from "../../topology";
import { certificatesIn, isOfKey, readSigningRequest, type TrustMaterial } from "../../trust";

/**
 * Certificates that were signed for another key than the stack's: for the request of another cluster, or for one of before.
 * Pure.
 * @param requestOf The request that the stack made for a cluster, PEM; undefined where it has made none yet.
 */
export function judgeRequests(
  { trust }: MeshPlan,
  { intermediates }: TrustMaterial,
  requestOf: (site: string) => string | undefined,
): Problem[] {
  if (trust.root !== "offline") return [];
  return [...intermediates].flatMap(([site, found]): Problem[] => {
    const path = configurationPath("trust", "intermediates", site, "certificate");
    const [certificate] = "certificatePem" in found ? certificatesIn(found.certificatePem) : [];
    if (certificate === undefined) return [];
    const requestPem = requestOf(site);
    const request = requestPem === undefined ? undefined : readSigningRequest(requestPem, path).value;
    if (request !== undefined && isOfKey(certificate, request.publicKey)) return [];
    const problem = { path, expected: `a certificate for the key that the stack made for ${site}` };
    if (request === undefined) {
      return [
        {
          ...problem,
          found: "one, and the stack has made no key for it yet",
          fix: "Take it out and run: the stack then has a signing request for it.",
        },
      ];
    }
    return [
      {
        ...problem,
        found: "one for another key",
        fix: `Sign the request that \`isthmus trust requests\` writes for ${site}, and name what was signed.`,
      },
    ];
  });
}
