import { doctorReport, faultTitles } from "../doctor";
import { leftOutWords } from "./control-plane";
import type { Finding, VerifyContext } from "./check";

/** Told by checks of their own, which know what the configuration tolerates: cluster-reachable, services-alike. */
const toldElsewhere: readonly string[] = ["cluster-unreachable", "services-differ"];

/**
 * Nothing is wrong of what `isthmus doctor` looks for: the same look, judged by the same rules, so that a row says the first
 * cause of what others only suffer from.
 */
export async function noKnownFault(
  context: VerifyContext,
  clusters: readonly string[],
  without: ReadonlySet<string>,
): Promise<Finding> {
  if (clusters.every((name) => without.has(name))) return { ok: false, isVoid: true, message: "no cluster answers" };
  const { causes, notLookedAt } = doctorReport(await context.snapshot());
  const [first, ...more] = causes.filter(({ accepted, id }) => accepted === undefined && !toldElsewhere.includes(id));
  if (first !== undefined) {
    const words = [first, ...more].map(
      (cause) => `${cause.clusters.join(", ")}: ${faultTitles.get(cause.id) ?? cause.id}: ${cause.found}`,
    );
    return { ok: false, message: words.join("; "), hint: `${first.fix} \`isthmus doctor\` has what shows it.` };
  }
  const unseen = notLookedAt.filter(({ cluster }) => !without.has(cluster));
  if (unseen.length === 0) {
    const message = [`none of ${String(faultTitles.size)} faults`, ...leftOutWords([...without])].join("; ");
    return { ok: true, message };
  }
  const words = unseen.map(({ cluster, reason, what }) => `${cluster}: ${what}: ${reason}`).join("; ");
  return {
    ok: false,
    isWarning: true,
    message: `nothing is wrong in what could be looked at; not looked at: ${words}`,
    hint: "Give the kubeconfig's user the rights that docs/doctor.md names.",
  };
}
