import {
  formatProblem,
  listed,
  shownProblem,
  sitesOf,
  withoutSecrets,
  type MeshPlan,
  type Problem,
} from "../../topology";
import { diagnosticsIn, type Diagnostic } from "../../engine/diagnostics";
import type { PulumiError } from "../../engine/pulumi-error";
import { saysLockedOut, saysUnreachable } from "../events";
import { clustersOf } from "./concerned-clusters";

/** What keeps something that an update waited for from getting ready. */
export interface FailureCause {
  /** Name of the cluster. */
  readonly cluster: string;
  /** In the cluster's own terms, with what to do: `istiod 0/1: cannot pull …. Mend …`. */
  readonly words: string;
}

/**
 * An update ended as failed, and what it could do is done: clusters of the mesh that cannot be reached are as they were,
 * or something went wrong in some clusters on the way.
 */
export class UnfinishedUpdate extends Error {
  /** Why clusters could not be reached. */
  readonly problems: readonly Problem[];

  constructor(
    message: string,
    /** Names of the clusters that are not what the configuration says, as far as they are known. */
    readonly clusters: readonly string[],
    problems: readonly Problem[],
    /** What kept what was waited for in clusters that answer, as far as it was seen. */
    readonly causes: readonly FailureCause[] = [],
  ) {
    super(withoutSecrets(message));
    this.problems = problems.map(shownProblem);
    this.name = "UnfinishedUpdate";
  }
}

/** Clusters that a stack still has and its configuration does not. */
export interface RemovedClusters {
  readonly stack: string;
  readonly names: readonly string[];
}

/**
 * Says in a line what of an update that failed is not done, and where. Pure.
 * @param failures What kept clusters of the mesh from being reached.
 * @param removed Where one of these cannot be reached to be deleted from, the way out is named. Default: none.
 * @param causes Why resources are not there, by their names: in the place of what only follows from that.
 * @returns Undefined when the error is about no cluster.
 */
export function unfinished(
  error: PulumiError,
  plan: MeshPlan,
  failures: readonly Problem[],
  removed?: RemovedClusters,
  causes: ReadonlyMap<string, string> = new Map(),
): UnfinishedUpdate | undefined {
  const names = [...sitesOf(plan).map(({ name }) => name), ...(removed?.names ?? [])];
  const silent = sitesOf(plan)
    .filter(({ path }) => failures.some((failure) => failure.path.startsWith(`${path}.`)))
    .map(({ name }) => name);
  const told = new Set(failures.map(formatProblem));
  const others = withCauses(diagnosticsIn(`${error.stdout}\n${error.stderr}`), causes).filter(
    ({ message }) => !told.has(message),
  );
  const broken = clustersOf(others, names).filter((name) => !silent.includes(name));
  if (silent.length === 0 && broken.length === 0) return undefined;

  const unreachable = others.filter(({ message }) => saysUnreachable(message));
  const lockedOut = others.filter(({ message }) => saysLockedOut(message));
  const isRemoved = (name: string): boolean => removed?.names.includes(name) === true;
  const closed = clustersOf(lockedOut, names).filter(isRemoved);
  const lost = clustersOf(unreachable, names).filter((name) => isRemoved(name) && !closed.includes(name));
  const [first] = others;
  const left = `${clusters(silent)} ${silent.length === 1 ? "was left as it is" : "were left as they are"}`;
  const message =
    first === undefined
      ? `${left}, and the rest is done: ${[...told].join("; ")}`
      : `pulumi ${error.command} failed${broken.length === 0 ? "" : ` in ${clusters(broken)}`}: ${withoutAdvice(first.message)}${more(others.length - 1)}${silent.length === 0 ? "" : `; ${left}`}${wayIn(closed)}${wayOut(lost, removed)}`;
  return new UnfinishedUpdate(message, [...silent, ...broken].sort(), failures, byCluster(others, causes, names));
}

function byCluster(
  diagnostics: readonly Diagnostic[],
  causes: ReadonlyMap<string, string>,
  names: readonly string[],
): FailureCause[] {
  return diagnostics.flatMap((one) => {
    const words = one.resource === undefined ? undefined : causes.get(one.resource);
    const [cluster] = clustersOf([one], names);
    return words === undefined || cluster === undefined ? [] : [{ cluster, words }];
  });
}

/** The errors of a resource whose cause is known are that one; causes come first. */
function withCauses(diagnostics: readonly Diagnostic[], causes: ReadonlyMap<string, string>): Diagnostic[] {
  const named = diagnostics.map((one) => {
    const cause = one.resource === undefined ? undefined : causes.get(one.resource);
    return cause === undefined ? one : { ...one, message: cause };
  });
  const isCause = ({ resource = "", message }: Diagnostic): boolean => causes.get(resource) === message;
  const unique = new Map(named.map((one) => [`${one.resource ?? ""}: ${one.message}`, one]));
  return [...unique.values()].sort((left, right) => Number(isCause(right)) - Number(isCause(left)));
}

/** The provider's own advice, to set a variable, does not help: Helm releases stay, and with them the cluster. */
function withoutAdvice(message: string): string {
  return message.replace(/\. If the cluster (?:was|has been) deleted, .*$/, "");
}

/** A cluster that lives is not to be forgotten: what stands in it would go on. */
function wayIn(closed: readonly string[]): string {
  return closed
    .map(
      (name) =>
        `. Cluster ${name} does not accept the credentials of the last update: write it back into the configuration and run \`isthmus up\`, which gives the stack today's; then take it out again`,
    )
    .join("");
}

function wayOut(lost: readonly string[], removed: RemovedClusters | undefined): string {
  if (removed === undefined) return "";
  return lost
    .map((name) => `. If cluster ${name} is gone for good: \`isthmus forget ${name} --stack ${removed.stack}\``)
    .join("");
}

function clusters(names: readonly string[]): string {
  return `${names.length === 1 ? "cluster" : "clusters"} ${listed(names)}`;
}

function more(count: number): string {
  return count === 0 ? "" : ` (and ${count} more, above)`;
}
