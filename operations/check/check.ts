import { resolveAccess, type ClusterAccess, type Environment, type KubeconfigSources } from "../../access";
import { findTrust, precheck, type FoundTrust, type PrecheckFindings } from "../../preflight";
import { sitesOf, type MeshPlan, type Problem, type SitePlan } from "../../topology";
import { report, type CheckResult, type VerifyReport } from "../verify";
import { lookFromInside, type InsideQuery } from "./inside/look";
import { rows, unseen, type CheckRow } from "./rows";

/** What is looked at, and by what. */
export interface CheckQuery {
  readonly plan: MeshPlan;
  /** Directory that the configuration's relative paths start from. */
  readonly projectDirectory: string;
  /** Where `KUBECONFIG` and proxies are looked up, and what credential plugins see. Default: the process's. */
  readonly environment?: Environment | undefined;
  /** Secrets of the configuration, by their keys, where they are at hand. Default: none is, and no stack is opened for them. */
  readonly secrets?: Readonly<Record<string, string>> | undefined;
  /** How it is looked from inside the clusters as well, by a pod in each. Default: it is not, and nothing is made. */
  readonly inside?: Pick<InsideQuery, "clientImage" | "onProgress" | "signal"> | undefined;
}

const needsStack = "not looked at: it stands in a stack, which is not opened for this";

/** Why what shows from inside the clusters alone was not looked at. */
const unseenReasons = {
  notAsked: "it shows from inside the clusters alone: --from-inside has a pod in each look at it",
  notYet: "nothing of it stands yet: `isthmus verify` looks at it once the mesh does",
} as const;

/**
 * Looks whether a mesh can be installed, by its configuration and its clusters alone: by the judges that an update asks before
 * it changes anything. Asks no backend; reads only and makes nothing, but for the pods that look from inside, which are gone
 * afterwards.
 */
export async function checkMesh(query: CheckQuery): Promise<VerifyReport> {
  const { environment, inside, plan, projectDirectory, secrets } = query;
  const sources = new SecretsInHand(secrets);
  const inStack = sitesOf(plan).filter(({ access }) => isInStack(access, secrets));
  const atHand = withoutSites(plan, inStack);
  const [{ clusters, unresolved }, trust] = await Promise.all([
    resolveAccess(atHand, projectDirectory, sources, environment),
    findTrust(plan, projectDirectory, sources),
  ]);
  const isTrustKnown = !sources.lacksSome && trust.problems.length === 0;
  const found = await precheck(plan, clusters, projectDirectory, {
    ...(environment === undefined ? {} : { environment }),
    ...(isTrustKnown ? { trust: trust.material } : {}),
  });
  const names = sitesOf(plan).map(({ name }) => name);
  const looks: readonly Look[] = [
    certificatesOf(names, trust, sources),
    ...sitesOf(plan).map((site) => kubeconfigOf(site, inStack, unresolved)),
    ...sitesOf(plan).flatMap((site) => reachOf(site, clusters, found)),
    ...found.looks,
  ];
  const results = rows.flatMap((row) => resultsOf(row, names, looks, found));
  const answering = [...clusters.keys()].filter((name) => !found.unreachable.has(name) && !found.lockedOut.has(name));
  const fromInside =
    inside === undefined ? [] : await lookFromInside({ ...inside, plan, access: clusters, answering, environment });
  const reason = inside === undefined ? unseenReasons.notAsked : unseenReasons.notYet;
  const seen = unseen.flatMap(({ id }) => fromInside.filter((result) => result.id === id));
  const left = unseen.filter(({ id, isAsked }) => isAsked(plan) && !seen.some((result) => result.id === id));
  return report(
    [...results, ...seen],
    left.map(({ id }) => ({ id, reason })),
  );
}

/** What was found where something was looked at. */
interface Look {
  readonly id: CheckRow["id"];
  readonly clusters: readonly string[];
  readonly problems?: readonly Problem[];
  readonly warnings?: readonly Problem[];
  /** Why nobody looked. Default: somebody did. */
  readonly reason?: string;
}

/** Secrets that a program gives beside its configuration; of a stack's file they are known to Pulumi alone. */
class SecretsInHand implements KubeconfigSources {
  /** Whether some was asked for that is not at hand. */
  lacksSome = false;

  constructor(private readonly secrets: Readonly<Record<string, string>> | undefined) {}

  readonly secret: KubeconfigSources["secret"] = (key) => {
    const text = this.secrets?.[key];
    if (text === undefined) this.lacksSome ||= this.secrets === undefined;
    return Promise.resolve(text === undefined ? undefined : { text, isSecret: true });
  };

  readonly outputs: KubeconfigSources["outputs"] = () => {
    this.lacksSome = true;
    return Promise.resolve(undefined);
  };
}

function isInStack({ source }: SitePlan["access"], secrets: CheckQuery["secrets"]): boolean {
  return source === "output" || (source === "secret" && secrets === undefined);
}

/** The plan as far as it is told how its clusters are reached. */
function withoutSites(plan: MeshPlan, left: readonly SitePlan[]): MeshPlan {
  const isLeft = ({ name }: { readonly name: string }): boolean => left.some((site) => site.name === name);
  return {
    ...plan,
    clusters: plan.clusters.filter((cluster) => !isLeft(cluster)),
    externalControlPlanes: plan.externalControlPlanes.filter((site) => !isLeft(site)),
  };
}

function certificatesOf(clusters: readonly string[], { problems, warnings }: FoundTrust, sources: SecretsInHand): Look {
  const look = { id: "certificates-usable", clusters } as const;
  return sources.lacksSome ? { ...look, reason: needsStack } : { ...look, problems, warnings };
}

function kubeconfigOf(
  { name }: SitePlan,
  inStack: readonly SitePlan[],
  unresolved: ReadonlyMap<string, Problem>,
): Look {
  const look = { id: "kubeconfig-found", clusters: [name] } as const;
  if (inStack.some((site) => site.name === name)) return { ...look, reason: needsStack };
  const problem = unresolved.get(name);
  return problem === undefined ? look : { ...look, problems: [problem] };
}

function reachOf(
  { ifUnreachable, name }: SitePlan,
  clusters: ReadonlyMap<string, ClusterAccess>,
  { unreachable }: PrecheckFindings,
): Look[] {
  if (!clusters.has(name)) return [];
  const look = { id: "cluster-reachable", clusters: [name] } as const;
  const problem = unreachable.get(name);
  if (problem === undefined) return [look];
  return [{ ...look, ...(ifUnreachable === "skip" ? { warnings: [problem] } : { problems: [problem] }) }];
}

/** The results of one row: of what was found one each, else one that it holds. */
function resultsOf(
  { id, of }: CheckRow,
  names: readonly string[],
  looks: readonly Look[],
  found: PrecheckFindings,
): CheckResult[] {
  const own = looks.filter((look) => look.id === id);
  if (of === "mesh") return own.flatMap((look) => (look.clusters.length === 0 ? noneAnswers(id, names) : told(look)));
  const ofAll = own.filter(({ clusters, problems = [] }) => clusters.length > 1 && problems.length > 0);
  const ofEach = names.flatMap((name) => {
    const here = own.filter(({ clusters }) => clusters.length === 1 && clusters.includes(name));
    return here.length === 0 ? [notChecked(id, name, looks, found)] : told(joinedLook(here));
  });
  return [...ofEach, ...ofAll.flatMap(told)];
}

function noneAnswers(id: CheckRow["id"], clusters: readonly string[]): CheckResult[] {
  return [{ id, clusters, status: "skip", message: "not checked, because no cluster answers", hint: "" }];
}

/** In a mesh of one cluster what is asked of all is asked of it. */
function joinedLook(looks: readonly Look[]): Look {
  const [first] = looks;
  if (first === undefined) throw new RangeError("nothing was looked at");
  return {
    ...first,
    problems: looks.flatMap(({ problems = [] }) => problems),
    warnings: looks.flatMap(({ warnings = [] }) => warnings),
  };
}

function told({ clusters, id, problems = [], reason, warnings = [] }: Look): CheckResult[] {
  const result = { id, clusters, hint: "" };
  if (reason !== undefined) return [{ ...result, status: "skip", message: reason }];
  const all = [
    ...problems.map((problem) => ({ problem, status: "fail" as const })),
    ...warnings.map((problem) => ({ problem, status: "warn" as const })),
  ];
  if (all.length === 0) return [{ ...result, status: "pass", message: "nothing is found" }];
  return all.map(({ problem: { expected, fix, found, path }, status }) => ({
    ...result,
    status,
    message: `${path}: expected ${expected}, found ${found}`,
    hint: fix,
  }));
}

/** Of a cluster that cannot be asked nothing else is known. */
function notChecked(
  id: CheckRow["id"],
  name: string,
  looks: readonly Look[],
  { unreachable }: PrecheckFindings,
): CheckResult {
  const about = (which: CheckRow["id"]): Look | undefined =>
    looks.find((look) => look.id === which && look.clusters.includes(name));
  const isTurnedAway = about("user-admitted") !== undefined;
  const cause = unreachable.has(name) ? "cluster-reachable" : isTurnedAway ? "user-admitted" : "kubeconfig-found";
  const message = about("kubeconfig-found")?.reason ?? `not checked, because ${cause} (${name}) did not pass`;
  return { id, clusters: [name], status: "skip", message, hint: "" };
}
