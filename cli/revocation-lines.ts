import type { RevocationReport, Revoked } from "../operations/deployment";
import { listed } from "../topology";

/** What is done: a certificate is revoked, all are given back, or the lists are made anew. */
export type Deed = "revoke" | "lift" | "renew";

/** Where a revocation stands, for a person. */
export function revocationLines(revoked: Revoked, deed: Deed): string[] {
  const { cluster, intermediate, mesh, readiness, steps } = revoked;
  return [
    `mesh ${mesh}: ${listsWords(revoked)}.`,
    ...(deed === "revoke"
      ? [
          `${cluster} signs with the key ${intermediate.key}, certificate ${intermediate.serial} (SHA-256 ${intermediate.fingerprint.slice(0, 11)}…).`,
        ]
      : []),
    ...(readiness.kind === "ready"
      ? []
      : [`${readiness.kind === "unapplied" ? "Not brought yet" : "Waits for"}: ${listed(readiness.words)}.`]),
    ...(deed === "revoke" && (revoked.done.length === 0 || revoked.underWay)
      ? steps.flatMap(({ what, why }, index) => [`${index === 0 ? "next" : "then"}   ${what}`, `       ${why}`])
      : []),
  ];
}

function listsWords({ revoked }: RevocationReport): string {
  if (revoked.length === 0) return "nothing is revoked";
  return revoked.length === 1
    ? `certificate ${revoked[0] ?? ""} is revoked`
    : `certificates ${listed(revoked)} are revoked`;
}
