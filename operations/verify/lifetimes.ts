import { daysUntil, endWords } from "../../trust";
import { rootsSignedUnder, signedWith, worstOf, type Living } from "../standing";
import type { Finding, VerifyContext } from "./check";

/** The root under which the istiod of a cluster signs does not end soon. */
export async function rootLifetime(context: VerifyContext, [cluster = ""]: readonly string[]): Promise<Finding> {
  const judged = await rootsSignedUnder(context.client(cluster));
  return lifetimeFinding(judged, `no root is known of ${cluster}`);
}

/** What the istiod of a cluster signs with, and what is between that and the root, does not end soon. */
export async function intermediateLifetime(
  context: VerifyContext,
  [cluster = ""]: readonly string[],
): Promise<Finding> {
  const judged = await signedWith(context.client(cluster));
  return lifetimeFinding(judged, "neither the Secret cacerts nor istiod says what it signs with");
}

/** Judges by the worst of them. Pure. @param nothing What is said where there is none. */
function lifetimeFinding(all: readonly Living[], nothing: string, now = new Date()): Finding {
  const worst = worstOf(all, now);
  if (worst === undefined) return { ok: false, message: nothing };
  return {
    ok: worst.state === "good",
    message: `${worst.name} ${endWords(worst.lifetime.until, daysUntil(worst.lifetime.until, now))}`,
    ...(worst.state === "ending" ? { isWarning: true } : {}),
  };
}
