import { isOwnMachine, mayChangeRoots, sitesOf, type MeshPlan, type Problem, type SitePlan } from "../topology";
import { checkCharts } from "./checks/chart-check";
import { judgeClocks } from "./checks/clocks";
import { checkCluster, type ClusterFindings } from "./checks/cluster-check";
import type { ClusterAccess } from "../access/cluster-access";
import { joined, noFindings, type Findings, type PlacedFindings } from "./checks/findings";
import {
  identitiesIn,
  judgeClusters,
  leavesOpen,
  type ClusterSighting,
  type MadeAnew,
} from "./checks/cluster-identity";
import { judgeIdentity } from "./checks/identity";
import { readFromElsewhere } from "./checks/others-access";
import type { KnowledgeReader } from "./checks/stack-knowledge";
import { overlappingRanges } from "./checks/ranges";
import { readerTokenFindings } from "./readers";
import type { TrustMaterial } from "../trust";
import { followingProblems, rootChangeProblems } from "./trust/following";
import { isChangingRoots, judgeOtherChanges } from "./trust/other-changes";
import { standingRevocationFindings } from "./trust/standing-revocations";
import { requestTimeoutMs } from "../access/connection/request-timeout";
import type { Environment } from "../access/kubeconfig/kubeconfig-file";

/** What may differ from a usual check; tests use it. */
export interface PrecheckOptions {
  /** How long a server may be silent in each request, in milliseconds. Default: {@link requestTimeoutMs}. */
  readonly timeoutMs?: number;
  /** Where proxies are looked up, and what credential plugins see. Default: the process's. */
  readonly environment?: Environment;
  /** Reads what the stack knows of its clusters. Default: they are compared with the configuration alone. */
  readonly knowledge?: KnowledgeReader;
  /** What becomes of clusters that were made anew under their old names. Default: `refuse`. */
  readonly madeAnew?: MadeAnew;
  /** What of the mesh's certificates is made elsewhere. Default: nothing. */
  readonly trust?: TrustMaterial;
}

/** What was found before anything is changed. */
export interface PrecheckFindings extends Findings {
  /** The same, by what was looked at and where. */
  readonly looks: readonly PlacedFindings[];
  /** Those of the problems that are about what this run's users may do: a preview need not be able to write. */
  readonly rights: readonly Problem[];
  /** Clusters whose API servers do not answer, and how that shows. */
  readonly unreachable: ReadonlyMap<string, Problem>;
  /** Clusters that let us ask nothing, by which of the problems. */
  readonly lockedOut: ReadonlyMap<string, Problem>;
  /** Which clusters they were seen to be, by the plan's names; without those that told nothing. */
  readonly sightings: ReadonlyMap<string, ClusterSighting>;
  /** Namespaces of the mesh's workloads that exist, by cluster; without those that told nothing. */
  readonly namespaces: ReadonlyMap<string, readonly string[]>;
  /** Ends of the intermediate CAs that somebody else keeps in clusters, RFC 3339. */
  readonly existingIntermediates: ReadonlyMap<string, string>;
  /** Whether some of the problems are mistakes in the configuration, which a preview refuses too. */
  readonly mistaken: boolean;
}

interface NamedFindings {
  readonly site: SitePlan;
  readonly findings: ClusterFindings;
}

/**
 * Looks, before anything is changed, whether the mesh can be installed: asks every API server and the chart repository,
 * all at the same time. The provider's preview passes against a cluster that nobody can reach, so this must be ours.
 * @param access The clusters that could be resolved; others of the plan are passed over.
 */
export async function precheck(
  plan: MeshPlan,
  access: ReadonlyMap<string, ClusterAccess>,
  projectDirectory: string,
  options: PrecheckOptions = {},
): Promise<PrecheckFindings> {
  const { environment = process.env } = options;
  const { timeoutMs = requestTimeoutMs(environment) } = options;
  const [charts, ...found] = await Promise.all([
    checkCharts(plan.istio, projectDirectory, environment, timeoutMs),
    ...sitesOf(plan).flatMap((site) => {
      const reached = access.get(site.name);
      return reached === undefined ? [] : [named(site, reached)];
    }),
  ]);

  async function named(site: SitePlan, reached: ClusterAccess): Promise<NamedFindings> {
    const { rootsPem } = options.trust ?? {};
    const roots = {
      ...(rootsPem === undefined ? {} : { rootsPem }),
      ...(options.trust !== undefined && mayChangeRoots(plan) ? { issuer: "look" as const } : {}),
    };
    return {
      site,
      findings: await checkCluster({ mesh: plan, site, access: reached, environment, timeoutMs, ...roots }),
    };
  }

  const sightings = told(found, ({ sighting }) => sighting);
  const unreachable = told(found, (findings) => findings.unreachable);
  const lockedOut = told(found, (findings) => findings.lockedOut);
  const answering = new Map([...access].filter(([name]) => !unreachable.has(name) && !lockedOut.has(name)));
  const [ofRoots, ofTokens] = await Promise.all([
    judged(plan, sightings, access, options),
    readerTokenFindings({ plan, access: answering, environment }),
  ]);
  const overlapping = overlappingRanges(
    plan,
    told(found, ({ ranges }) => ranges),
  );
  const aheadMs = told(found, (findings) => findings.aheadMs);
  const clocks = judgeClocks({ sites: sitesOf(plan), aheadMs, trust: options.trust, now: new Date() });
  const clusters = sitesOf(plan).map(({ name }) => name);
  const asked = [...answering.keys()];
  const looks: readonly PlacedFindings[] = [
    { id: "charts-usable", clusters, problems: charts.problems, warnings: charts.warnings },
    ...found.flatMap(({ site, findings }) => findings.looks.map((look) => ({ ...look, clusters: [site.name] }))),
    { id: "mesh-itself", clusters: asked, ...ofRoots },
    { id: "reader-tokens-fit", clusters: asked, ...ofTokens },
    { id: "clocks-agree", clusters: asked, ...clocks },
    { id: "api-server-for-others", clusters, problems: onLoopback(plan, access), warnings: [] },
    { id: "clusters-apart", clusters: asked, problems: sameCluster(found), warnings: [] },
    { id: "ranges-apart", clusters, problems: overlapping, warnings: [] },
  ];
  return {
    ...joined(looks),
    looks,
    rights: found.flatMap(({ findings }) => findings.rights ?? []),
    unreachable,
    lockedOut,
    sightings,
    namespaces: told(found, ({ namespaces }) => namespaces),
    existingIntermediates: told(found, ({ existingIntermediate }) => existingIntermediate),
    mistaken: charts.mistakes.length > 0,
  };
}

/** Whether the clusters are who the configuration and the stack say. The state is read only where the outputs leave it open. */
async function judged(
  plan: MeshPlan,
  sightings: ReadonlyMap<string, ClusterSighting>,
  access: ReadonlyMap<string, ClusterAccess>,
  { environment, knowledge, madeAnew = "refuse", trust }: PrecheckOptions,
): Promise<Findings> {
  if (knowledge === undefined) return judgeIdentity(plan, new Map(identitiesIn(sightings)));
  if (sightings.size === 0) return noFindings();
  const said = await knowledge("outputs");
  const needsState = leavesOpen(plan, sightings, said) || isChangingRoots({ plan, knowledge: said });
  const known = needsState ? await knowledge("state") : said;
  const clusters = judgeClusters(plan, sightings, known, madeAnew);
  if (trust === undefined) return clusters;
  const change = { plan, material: trust, sightings, knowledge: known };
  // One that told nothing need not be asked for more: it counts as one that has not followed.
  const answering = new Map([...access].filter(([name]) => sightings.has(name)));
  const changes = await rootChangeProblems(change, () => followingProblems(change, answering, environment));
  const lists = await standingRevocationFindings(change, answering, environment);
  const problems = [...changes, ...judgeOtherChanges(change)];
  return joined([clusters, { problems, warnings: [] }, lists]);
}

/** What clusters told of one thing, by their names; without those that did not. */
function told<Told>(
  found: readonly NamedFindings[],
  of: (findings: ClusterFindings) => Told | undefined,
): ReadonlyMap<string, Told> {
  return new Map(
    found.flatMap(({ site, findings }): [string, Told][] => {
      const one = of(findings);
      return one === undefined ? [] : [[site.name, one]];
    }),
  );
}

/** An istiod reads the other clusters' API servers: 127.0.0.1 would be itself there. */
function onLoopback(plan: MeshPlan, access: ReadonlyMap<string, ClusterAccess>): Problem[] {
  const read = readFromElsewhere(plan);
  return plan.clusters.flatMap(({ name, path, apiServer, access: { path: accessPath } }) => {
    const server = access.get(name)?.forOthers.server;
    if (server === undefined || !read.has(name) || !isOwnMachine(new URL(server).hostname)) return [];
    return [
      {
        path: apiServer.url === undefined ? accessPath : `${path}.apiServer.url`,
        expected: "an API server that the other clusters can reach",
        found: `${new URL(server).host}, which is this machine alone`,
        fix: `Give the address at which pods of the other clusters reach it as ${path}.apiServer.url; for kind that is port 6443 of the control-plane container (\`kind get kubeconfig --internal\`).`,
      },
    ];
  });
}

function sameCluster(found: readonly NamedFindings[]): Problem[] {
  const owners = new Map<string, string>();
  return found.flatMap(({ site, findings: { sighting } }) => {
    const uid = sighting?.uid;
    const owner = uid === undefined ? undefined : owners.get(uid);
    if (uid !== undefined && owner === undefined) owners.set(uid, site.name);
    if (owner === undefined) return [];
    return [
      {
        path: site.access.path,
        expected: "a cluster of its own",
        found: `the same cluster as ${owner} (their kube-system namespaces have one UID)`,
        fix: `Name the context of ${site.name}, or remove one of the two.`,
      },
    ];
  });
}
