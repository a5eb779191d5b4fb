import { listed, type MeshPlan } from "../../topology";
import { servicesFoundBy } from "../services";
import type { Finding, VerifyContext } from "./check";
import { globalNamesFrom } from "./global-calls";

/** So many names are in the message, of those that are answered and of those that are not. */
const namedAtMost = 5;

/** Subjects: each cluster whose workloads know a global name. */
export function clustersWithGlobalNames(plan: MeshPlan): string[][] {
  return plan.clusters.filter(({ name }) => globalNamesFrom(plan, name).length > 0).map(({ name }) => [name]);
}

/** Every global name is answered from a cluster. Where no pod is ready that could, it is a warning: no fault of the mesh. */
export async function globalServiceAnswered(
  context: VerifyContext,
  [cluster = ""]: readonly string[],
): Promise<Finding> {
  const { plan } = context;
  const names = globalNamesFrom(plan, cluster);
  const unanswered = await context.globalCalls.unanswered(context.client(cluster), names);
  if (unanswered.length === 0) {
    return {
      ok: true,
      message: `answered: ${listed(
        names.map(({ host }) => host),
        namedAtMost,
      )}`,
    };
  }
  const standing = await servicesFoundBy(plan, (name) => context.client(name));
  const isDeserted = (host: string): boolean => {
    const caller = standing.names.find(({ name }) => name === host)?.callers.find((one) => one.cluster === cluster);
    return caller?.calls.length === 0;
  };
  const deserted = unanswered.filter(({ host }) => isDeserted(host)).map(({ host }) => host);
  const lost = unanswered.filter(({ host }) => !isDeserted(host)).map(({ found, host }) => `${host} (${found})`);
  const nobody = deserted.length === 0 ? [] : [`no pod is ready for ${listed(deserted, namedAtMost)}`];
  if (lost.length === 0) {
    const hint = "See where their pods are with `isthmus services`; start them if they are to be there.";
    return { ok: false, isWarning: true, message: nobody.join(), hint };
  }
  return { ok: false, message: [`not answered: ${listed(lost, namedAtMost)}`, ...nobody].join("; ") };
}
