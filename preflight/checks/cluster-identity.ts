import {
  configurationPath,
  listed,
  sitesOf,
  systemNamespace,
  type IssuerRef,
  type MeshPlan,
  type Problem,
  type SitePlan,
} from "../../topology";
import { judgeIdentity, type Identity } from "./identity";
import { joined, noFindings, type Findings } from "./findings";
import { knownAs, type KnownCluster, type StackKnowledge } from "./stack-knowledge";

/** What a cluster was seen to be. */
export interface ClusterSighting {
  /** UID of its namespace kube-system; undefined where that may not be read. */
  readonly uid?: string;
  readonly system: SystemNamespaceSighting;
}

/** The system namespace of a cluster: there is none, it may not be read, it is somebody else's, or ours. */
export type SystemNamespaceSighting =
  | { readonly kind: "absent" }
  | { readonly kind: "unread" }
  | { readonly kind: "foreign"; readonly uid?: string }
  | {
      readonly kind: "ours";
      /** `adopted` where somebody else made it, and a mesh stands in it. */
      readonly origin: "made" | "adopted";
      readonly uid?: string;
      readonly identity: Identity;
      /** SHA-256 fingerprints of the roots that istiod has published there; none where it has not yet. */
      readonly roots: readonly string[];
      /** SHA-256 fingerprint of the root that the CA leads to which istiod signs with; undefined where it was not looked at. */
      readonly issuerRoot?: string;
      /** The issuer that cert-manager asks for it; left out where it issues none, or it was not looked at. */
      readonly issuerRef?: IssuerRef;
      /** Whether it has more than what Kubernetes puts into every namespace. */
      readonly contents: "nothing" | "something";
    };

/** What becomes of clusters that were made anew: an update that first looks what there is makes all in them again. */
export type MadeAnew = "refuse" | "accept";

/**
 * Whether the clusters are those that the stack knows, and the stack the one that knows them. Told apart are a cluster that
 * was made anew under its old name, another cluster behind a context, another mesh of the same id, and a stack that knows
 * nothing of a mesh that stands. Pure.
 * @param sightings What was seen of the clusters that answer, by the names that the plan has for them.
 */
export function judgeClusters(
  plan: MeshPlan,
  sightings: ReadonlyMap<string, ClusterSighting>,
  knowledge: StackKnowledge,
  madeAnew: MadeAnew,
): Findings {
  const seen = sitesOf(plan).flatMap((site): Seen[] => {
    const sighting = sightings.get(site.name);
    return sighting === undefined ? [] : [{ site, sighting, known: knownAs(knowledge, site) }];
  });
  const verdicts = seen.map((one) => ({ ...one, verdict: verdictOn(plan, one, knowledge) }));
  const strangers = verdicts.filter(({ verdict }) => verdict === "unknown").map(({ site }) => site.name);
  const findings = verdicts.flatMap(({ verdict }): Findings[] => {
    if (verdict === undefined || verdict === "unknown") return [];
    if (verdict.kind === "problem" || madeAnew === "refuse") return [{ problems: [verdict.problem], warnings: [] }];
    return [{ problems: [], warnings: [accepted(verdict.problem)] }];
  });
  // Of a cluster that is not the one it should be, its name and its mesh need no second word.
  const own = verdicts.filter(({ verdict }) => typeof verdict !== "object").map(({ site }) => site.name);
  return joined([
    ...findings,
    strangers.length === 0 ? noFindings() : { problems: [standsUnknown(plan, strangers, knowledge)], warnings: [] },
    judgeIdentity(plan, new Map(identitiesIn(sightings).filter(([name]) => own.includes(name)))),
  ]);
}

/** Whether the outputs of a stack leave open if the clusters are those that it knows: then its state must say. Pure. */
export function leavesOpen(
  plan: MeshPlan,
  sightings: ReadonlyMap<string, ClusterSighting>,
  knowledge: StackKnowledge,
): boolean {
  return sitesOf(plan).some((site) => {
    const sighting = sightings.get(site.name);
    if (sighting === undefined) return false;
    const { system, uid } = sighting;
    const isAsKnown = uid !== undefined && knownAs(knowledge, site)?.uid === uid;
    return !isAsKnown || system.kind !== "ours" || compareRoots(system.roots, knowledge.roots) === "apart";
  });
}

/** What clusters say of the mesh that they belong to. */
export function identitiesIn(sightings: ReadonlyMap<string, ClusterSighting>): [string, Identity][] {
  return [...sightings].flatMap(([name, { system }]) => (system.kind === "ours" ? [[name, system.identity]] : []));
}

interface Seen {
  readonly site: SitePlan & { readonly replaces?: string };
  readonly sighting: ClusterSighting;
  readonly known: KnownCluster | undefined;
}

/** `unknown`: the cluster stands in the mesh, and the stack has nothing of it. */
type Verdict = { readonly kind: "problem" | "made-anew"; readonly problem: Problem } | "unknown" | undefined;

function verdictOn(plan: MeshPlan, seen: Seen, knowledge: StackKnowledge): Verdict {
  const { known, site, sighting } = seen;
  const { system, uid } = sighting;
  const isOther = uid !== undefined && known?.uid !== undefined && known.uid !== uid;
  const { state } = known ?? {};
  const wasMade = state?.systemNamespace === "made";
  if (system.kind === "ours" && system.uid !== undefined && state?.systemUid === system.uid) return undefined;

  const neighbour = isOther ? otherOwner(plan, site, uid, knowledge) : undefined;
  if (neighbour !== undefined) return another(seen, `${neighbour} of this mesh`);
  if (system.kind === "foreign" && !isOther && wasMade && ![undefined, system.uid].includes(state.systemUid)) {
    return { kind: "problem", problem: ofSomebodyElse(seen) };
  }
  if (system.kind === "unread" || system.kind === "foreign") {
    const what = system.kind === "foreign" ? `one with a namespace ${systemNamespace} that Isthmus did not create` : "";
    return isOther ? another(seen, what) : undefined;
  }
  if (system.kind === "absent") return wasMade ? { kind: "made-anew", problem: anew(seen, isOther) } : undefined;

  const { mesh } = system.identity;
  if (mesh !== undefined && mesh !== plan.id && mesh !== plan.replaces.id) {
    return isOther ? another(seen, `one of the mesh ${mesh}`) : undefined;
  }
  const roots = compareRoots(system.roots, knowledge.roots);
  if (roots === "apart") return { kind: "problem", problem: ofNamesake(plan, site, system.roots, knowledge.roots) };
  const isReplaced = wasMade && state.systemUid !== undefined && system.uid !== undefined;
  if (isReplaced && roots === "shared") return { kind: "made-anew", problem: anew(seen, isOther) };
  if (isReplaced || (isOther && state?.systemNamespace !== "begun" && state?.holds !== "nothing")) {
    return another(seen, `one with another ${systemNamespace} of a mesh ${plan.id}`);
  }
  // What an update had only begun with, and of which it left no record, is nobody's mesh.
  if (system.contents === "nothing") return undefined;
  return state?.holds === "nothing" || known === undefined ? "unknown" : undefined;
}

/** The cluster of the plan that the stack knows by a UID. */
function otherOwner(plan: MeshPlan, site: Seen["site"], uid: string, knowledge: StackKnowledge): string | undefined {
  return sitesOf(plan).find((other) => other.name !== site.name && knownAs(knowledge, other)?.uid === uid)?.name;
}

/** Of bundles, during a rotation of the root, one root in common is enough. */
export function compareRoots(left: readonly string[], right: readonly string[]): "shared" | "apart" | "unknown" {
  if (left.length === 0 || right.length === 0) return "unknown";
  return left.some((root) => right.includes(root)) ? "shared" : "apart";
}

function another({ known, site, sighting }: Seen, what: string): Verdict {
  const found = `another cluster${sighting.uid === undefined ? "" : ` (${sighting.uid})`}${what === "" ? "" : `: ${what}`}`;
  return {
    kind: "problem",
    problem: {
      path: site.access.path,
      expected: `the cluster that this stack knows as ${site.name}${uidWords(known)}`,
      found,
      fix: `Name the context of ${site.name}. If it is gone and this one is to take its place, take ${site.name} out of the configuration and \`isthmus forget ${site.name}\` first.`,
    },
  };
}

/** By what a cluster is known again, in brackets. */
export function uidWords(known: KnownCluster | undefined): string {
  return known?.uid === undefined ? "" : ` (UID of kube-system: ${known.uid})`;
}

function anew({ known, site, sighting }: Seen, isOther: boolean): Problem {
  const { path } = site.access;
  const isThere = sighting.system.kind === "ours";
  if (!isOther && known?.uid !== undefined && known.uid === sighting.uid) {
    return {
      path,
      expected: `the namespace ${systemNamespace} that the last update left in ${site.name}`,
      found: isThere ? "another one in its place" : "none: it was deleted, with all that was in it",
      fix: "Run `isthmus up --refresh`, which makes again what is gone.",
    };
  }
  return {
    path,
    expected: `the cluster that this stack knows as ${site.name}${uidWords(known)}`,
    found:
      `one ${sighting.uid === undefined ? "" : `with the UID ${sighting.uid} `}` +
      `${isThere ? `whose ${systemNamespace} is a copy` : `without ${systemNamespace}`}: ` +
      `${site.name} was made anew under its old name, or the context is another cluster's`,
    fix: `If it was made anew, run \`isthmus up --refresh\`, which makes all in it again (by Pulumi alone \`pulumi refresh\`, then \`pulumi up\`); if not, name the context of ${site.name}.`,
  };
}

/** Neither a refresh nor an update can tell it from the one that was made. */
function ofSomebodyElse({ site }: Seen): Problem {
  return {
    path: site.access.path,
    expected: `the namespace ${systemNamespace} that the last update left in ${site.name}`,
    found: "one in its place that Isthmus did not make",
    fix: `Delete it if nothing needs what is in it, and run \`isthmus up --refresh\`; or take ${site.name} out of the configuration, \`isthmus forget ${site.name}\`, and have it join anew, which takes the namespace as it is.`,
  };
}

function accepted(problem: Problem): Problem {
  return { ...problem, fix: "It is taken for made anew: what is gone from it is made again." };
}

function ofNamesake(plan: MeshPlan, site: SitePlan, theirs: readonly string[], ours: readonly string[]): Problem {
  return {
    path: site.access.path,
    expected: `a cluster of this stack's mesh ${plan.id}, whose root is ${listed(ours.map(brief))}`,
    found: `one of another mesh ${plan.id}, whose root is ${listed(theirs.map(brief))}`,
    fix:
      "If the stack's file was copied for another environment, give the mesh an `id` of its own and name the contexts of its own clusters; " +
      `else name the context of ${site.name}.`,
  };
}

/** Enough of a fingerprint to tell roots apart by reading. */
function brief(fingerprint: string): string {
  return `${fingerprint.slice(0, 11)}…`;
}

function standsUnknown(plan: MeshPlan, names: readonly string[], { clusters }: StackKnowledge): Problem {
  const path = configurationPath("id");
  const others = [...clusters].filter(([name, { state }]) => !names.includes(name) && state?.holds === "something");
  if (others.length > 0) {
    return {
      path,
      expected: `a state that has what stands in ${listed(names)}, as it belongs to the mesh ${plan.id} already`,
      found: "one that has nothing of it: it is older than the mesh, or the cluster was forgotten while it lived",
      fix: `Restore the newest state (\`pulumi stack import\`); or take the mesh out of ${listed(names)} by hand before it joins again, its namespace ${systemNamespace} last.`,
    };
  }
  return {
    path,
    expected: `the stack that has the mesh ${plan.id}, which stands in ${listed(names)}`,
    found: "one that knows nothing of it: its state was lost, or is in another backend or under another name",
    fix:
      "Log in to the backend that has it (PULUMI_BACKEND_URL), name its stack (`--stack`), or restore its state (`pulumi stack import`): " +
      "by this stack the mesh would get another root. If the stack's file was copied for another environment, give the mesh an `id` and clusters of its own. " +
      "That a standing mesh is taken over comes with a later release.",
  };
}
