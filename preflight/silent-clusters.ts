import {
  controlPlaneIn,
  sitesOf,
  withDependents,
  type ClusterPlan,
  type MeshPlan,
  type Problem,
  type SitePlan,
} from "../topology";

/** What follows from clusters that do not answer. */
export interface SilentClusters {
  readonly leftOut: readonly string[];
  readonly problems: readonly Problem[];
  readonly failures: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/** What follows where all answer. */
export const nothingSilent: SilentClusters = { leftOut: [], problems: [], failures: [], warnings: [] };

/** Whether a cluster belongs to the mesh since an earlier update, under this name or its former one. */
export function stands(plan: MeshPlan, cluster: string, belonging: ReadonlySet<string>): boolean {
  const site: Site | undefined = sitesOf(plan).find(({ name }) => name === cluster);
  return belonging.has(cluster) || (site?.replaces !== undefined && belonging.has(site.replaces));
}

/**
 * Decides what becomes of clusters that do not answer. One that is new to the mesh and must not be missing stops
 * everything; one that belongs to it holds up nobody else, but for new clusters that cannot be without it.
 *
 * One that belongs and does not accept our credentials is like one that does not answer: Pulumi's provider is let in no
 * better and leaves it as it is, and a login that has ended there is no reason to keep a change, or a mend, from all
 * others. Where the user may ask but not write it is a refusal: the provider would begin, and end in the middle.
 * @param belonging Names of the clusters that belong to the mesh since an earlier update; former names count.
 * @param lockedOut Names of those that answered, and let us ask nothing. Default: none.
 */
export function judgeSilent(
  plan: MeshPlan,
  unreachable: ReadonlyMap<string, Problem>,
  belonging: ReadonlySet<string>,
  lockedOut: ReadonlySet<string> = new Set(),
): SilentClusters {
  const sites = sitesOf(plan);
  const belongs = ({ name }: Site): boolean => stands(plan, name, belonging);
  const until = ({ name }: Site): string => (lockedOut.has(name) ? "it lets us in" : "it answers");
  const silent = sites.flatMap((site): Silent[] => {
    const problem = unreachable.get(site.name);
    return problem === undefined ? [] : [{ site, problem }];
  });
  const standing = silent.filter(({ site }) => belongs(site));
  const required = silent.filter(({ site }) => !belongs(site) && site.ifUnreachable === "fail");
  const absent = silent.filter((one) => !required.includes(one)).map(({ site }) => site.name);
  const affected = withDependents(plan, new Set(absent));
  const leftOut = sites.filter((site) => affected.includes(site.name) && !belongs(site));
  const gone = withDependents(plan, new Set(leftOut.map(({ name }) => name)));
  const stranded = sites.filter((site) => gone.includes(site.name) && belongs(site));
  return {
    // A plan that lacks what a standing cluster needs is none, not even for a preview.
    leftOut: stranded.length > 0 ? [] : leftOut.map(({ name }) => name),
    problems: [
      ...required.map(({ problem, site: { path } }) =>
        withFix(problem, `To join it later, set ${path}.ifUnreachable to skip.`),
      ),
      ...stranded.map((site) => strandedProblem(plan, site)),
    ],
    failures: standing
      .filter(({ site }) => site.ifUnreachable === "fail")
      .map(({ problem, site }) => withFix(problem, `The cluster stays as it is; run again when ${until(site)}.`)),
    warnings: [
      ...standing
        .filter(({ site }) => site.ifUnreachable === "skip")
        .map(({ problem }) => withFix(problem, "The cluster stays as it is; the next update catches up.")),
      ...leftOut
        .filter(({ name }) => !required.some(({ site }) => site.name === name))
        .map((site) => leftOutWarning(plan, site, unreachable.get(site.name))),
    ],
  };
}

type Site = SitePlan & Partial<Pick<ClusterPlan, "replaces">>;

interface Silent {
  readonly site: Site;
  readonly problem: Problem;
}

/** What a site cannot be without, in words and by name. */
function needOf(
  plan: MeshPlan,
  { name, path }: Site,
): { readonly path: string; readonly what: string; readonly name: string } {
  const cluster = plan.clusters.find((candidate) => candidate.name === name);
  if (cluster !== undefined) {
    return { path: `${path}.controlPlane`, what: "control plane", name: cluster.controlPlane };
  }
  const configCluster = controlPlaneIn(plan, name)?.configCluster ?? name;
  return { path: `${path}.configCluster`, what: "configuration cluster", name: configCluster };
}

/** A cluster that belongs to the mesh and is now to depend on one that is left out. */
function strandedProblem(plan: MeshPlan, site: Site): Problem {
  const { name, path, what } = needOf(plan, site);
  return {
    path,
    expected: `a ${what} that can be reached, since ${site.name} belongs to the mesh already`,
    found: `${name}, which would be left out for now`,
    fix: `Keep the former ${what} until ${name} answers, then run again.`,
  };
}

function leftOutWarning(plan: MeshPlan, site: Site, problem: Problem | undefined): Problem {
  const later = "It is left out for now; the next update joins it.";
  if (problem !== undefined) return withFix(problem, later);
  const { name, path, what } = needOf(plan, site);
  return { path, expected: `a ${what} that can be reached`, found: `${name}, which cannot`, fix: later };
}

function withFix(problem: Problem, consequence: string): Problem {
  return { ...problem, fix: `${problem.fix} ${consequence}` };
}
