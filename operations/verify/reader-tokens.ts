import { isRead, readerTokensOf, type MeshPlan } from "../../topology";
import { ageDays, overdueToken, tokensIn } from "../../preflight";
import type { Finding, VerifyContext } from "./check";

/** Subjects: clusters that istiods elsewhere read, and whose token is not to grow older than the configuration says. */
export function clustersWithAgingToken(plan: MeshPlan): string[][] {
  return plan.clusters
    .filter(({ name, readerTokenMaximumAgeDays: days }) => days !== undefined && isRead(plan, name))
    .map(({ name }) => [name]);
}

/** The token by which istiods elsewhere read a cluster is not older than it may be. */
export async function readerTokenAge(context: VerifyContext, [name = ""]: readonly string[]): Promise<Finding> {
  const cluster = context.plan.clusters.find((candidate) => candidate.name === name);
  if (cluster === undefined) throw new RangeError(`no cluster ${name}`);
  const now = new Date();
  const tokens = [...(await tokensIn(context.client(name))).values()];
  const { used } = readerTokensOf(cluster);
  const token = tokens.find((candidate) => candidate.name === used);
  if (token === undefined) return { ok: false, message: `the token ${used} is not there` };
  const overdue = overdueToken(cluster, { tokens }, now);
  const message = `the token ${used} is ${String(ageDays(token, now))} days old`;
  if (overdue === undefined) return { ok: true, message };
  return { ok: false, message: `${message}, more than ${String(overdue.maximumDays)}`, isWarning: true };
}
