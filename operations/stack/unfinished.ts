import { formatProblem, listed, sitesOf, type MeshPlan, type Problem } from "../../topology";
import { clustersOf, diagnosticsIn } from "./diagnostics";
import type { PulumiError } from "./pulumi";

/**
 * An update ended as failed, and what it could do is done: clusters of the mesh that cannot be reached are as they were,
 * or something went wrong in some clusters on the way.
 */
export class UnfinishedUpdate extends Error {
  constructor(
    message: string,
    /** Names of the clusters that are not what the configuration says, as far as they are known. */
    readonly clusters: readonly string[],
    /** Why clusters could not be reached. */
    readonly problems: readonly Problem[],
  ) {
    super(message);
    this.name = "UnfinishedUpdate";
  }
}

/**
 * Says in a line what of an update that failed is not done, and where. Pure.
 * @param failures What kept clusters of the mesh from being reached.
 * @returns Undefined when the error is about no cluster.
 */
export function unfinished(
  error: PulumiError,
  plan: MeshPlan,
  failures: readonly Problem[],
): UnfinishedUpdate | undefined {
  const names = sitesOf(plan).map(({ name }) => name);
  const silent = sitesOf(plan)
    .filter(({ path }) => failures.some((failure) => failure.path.startsWith(`${path}.`)))
    .map(({ name }) => name);
  const told = new Set(failures.map(formatProblem));
  const others = diagnosticsIn(`${error.stdout}\n${error.stderr}`).filter(({ message }) => !told.has(message));
  const broken = clustersOf(others, names).filter((name) => !silent.includes(name));
  if (silent.length === 0 && broken.length === 0) return undefined;

  const [first] = others;
  const left = `${clusters(silent)} ${silent.length === 1 ? "was left as it is" : "were left as they are"}`;
  const message =
    first === undefined
      ? `${left}, and the rest is done: ${[...told].join("; ")}`
      : `pulumi ${error.command} failed${broken.length === 0 ? "" : ` in ${clusters(broken)}`}: ${first.message}${more(others.length - 1)}${silent.length === 0 ? "" : `; ${left}`}`;
  return new UnfinishedUpdate(message, [...silent, ...broken].sort(), failures);
}

function clusters(names: readonly string[]): string {
  return `${names.length === 1 ? "cluster" : "clusters"} ${listed(names)}`;
}

function more(count: number): string {
  return count === 0 ? "" : ` (and ${count} more, above)`;
}
