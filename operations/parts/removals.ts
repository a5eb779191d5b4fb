import { parseDocument } from "yaml";
import { nameOf, revealed } from "../../engine/state";
import type { ClusterAccess } from "../../access";
import { partsOf, partStack, sitesOf, type MeshPlan, type Problem } from "../../topology";
import { limited } from "../limited";
import { defaultParallel, type PartsOptions } from "./options";
import { takenOver, underNewNames } from "./renamed";
import { clusterNamesIn } from "./state-proof";
import type { State } from "./state-in-stack";
import { readPartStacks, stateOf, type PartStack } from "./states";

/** Whether parts that the configuration no longer has may go. */
export type Removals = "agreed" | "refused";

/** A part that the configuration no longer has: an update destroys what its stack made, and removes the stack. */
export interface PartRemoval {
  readonly part: string;
  readonly stack: string;
}

/**
 * What an update would take away as a whole. Changes nothing, and asks no cluster.
 * @throws ConfigurationError as {@link readPartStacks} does.
 */
export async function findRemovals(options: PartsOptions): Promise<readonly PartRemoval[]> {
  return removalsIn(options, await readPartStacks(options));
}

/**
 * What an update takes away of the stacks that there are. Pure.
 * @param stacks By the parts that they are called after.
 */
export function removalsIn({ plan, stack }: PartsOptions, stacks: ReadonlyMap<string, PartStack>): PartRemoval[] {
  const removed = removedParts(plan, underNewNames(stacks, takenOver(plan, stacks)));
  return removed.map((part) => ({ part, stack: partStack(stack, part) }));
}

/**
 * The parts that the plan no longer has. Pure.
 * @param stacks By the parts that they are to be.
 */
export function removedParts(plan: MeshPlan, stacks: ReadonlyMap<string, PartStack>): readonly string[] {
  const planned = partsOf(plan);
  return [...stacks.keys()].filter((part) => !planned.includes(part)).sort();
}

/** A removal that nobody has agreed to. Pure. */
export function notAgreed({ part, stack }: PartRemoval): Problem {
  return {
    path: `isthmus:mesh.clusters.${part}`,
    expected: `cluster ${part} described there, or a word that it may go`,
    found: `neither, and stack ${stack} with all that it made`,
    fix:
      'Agree to its destruction: `isthmus up` asks, and with `--yes` does not; a program says `removals: "agreed"`. ' +
      `Otherwise write the cluster back, under a new name with \`replaces: ${part}\`.`,
  };
}

/** What there is to know a cluster by. */
export interface ClusterMarks {
  /** UID of its namespace kube-system. */
  readonly uid?: string;
  /** URL of its API server. */
  readonly server?: string;
  /** Names under which it knows itself. */
  readonly names?: readonly string[];
}

/** By what the cluster of a part is known, as its stack's outputs and state have it. Pure. */
export function marksOf(name: string, { outputs }: Pick<PartStack, "outputs">, state: State): ClusterMarks {
  const uid = uidIn(outputs, name);
  const server = serverIn(state);
  return {
    ...(uid === undefined ? {} : { uid }),
    ...(server === undefined ? {} : { server }),
    names: clusterNamesIn(state),
  };
}

/** UID that a stack's outputs have for a cluster. Pure. */
function uidIn(outputs: Readonly<Record<string, unknown>>, cluster: string): string | undefined {
  const of = (key: string): unknown =>
    (outputs[key] as Readonly<Record<string, { readonly uid?: unknown } | undefined>> | undefined)?.[cluster]?.uid;
  return [of("clusters"), of("controlPlanes")].find((uid) => typeof uid === "string");
}

/**
 * A part that the plan has in the cluster of one that is to go: destroying that would take away what the other one is to
 * have. Any sign counts, and one that is missing says nothing. Pure.
 * @param planned What the plan's clusters are known by.
 */
export function sameCluster(marks: ClusterMarks, planned: ReadonlyMap<string, ClusterMarks>): string | undefined {
  const server = canonical(marks.server);
  const [name] =
    [...planned].find(
      ([other, { uid, server: othersServer }]) =>
        (uid !== undefined && uid === marks.uid) ||
        (server !== undefined && server === canonical(othersServer)) ||
        marks.names?.includes(other) === true,
    ) ?? [];
  return name;
}

/** The refusal of that. Pure. */
export function stillReached(plan: MeshPlan, { part, stack }: PartRemoval, other: string): Problem {
  const path = sitesOf(plan).find(({ name }) => name === other)?.path ?? `isthmus:mesh.clusters.${other}`;
  return {
    path,
    expected: `another cluster than that of stack ${stack}, which is to go`,
    found: "the same one",
    fix:
      `If ${part} is to be called ${other}, write \`replaces: ${part}\` at ${path}. ` +
      `If not, name the context of ${other}, or leave it out until ${part} is gone.`,
  };
}

/**
 * What keeps parts from being removed: others that the plan has in the same clusters.
 * @param stacks By the parts that they are to be.
 * @param clusters Those of the plan.
 */
export async function stillReachedParts(
  options: PartsOptions,
  removals: readonly PartRemoval[],
  stacks: ReadonlyMap<string, PartStack>,
  clusters: ReadonlyMap<string, ClusterAccess & { readonly uid?: string }>,
): Promise<Problem[]> {
  const planned = new Map(
    [...clusters].map(([name, { server, uid = uidIn(stacks.get(name)?.outputs ?? {}, name) }]) => [
      name,
      { server, ...(uid === undefined ? {} : { uid }) },
    ]),
  );
  const { parallel = defaultParallel, plan } = options;
  const problems = await limited(parallel, removals, async (removal) => {
    const stack = stacks.get(removal.part);
    if (stack === undefined) return [];
    const other = sameCluster(marksOf(removal.part, stack, await stateOf(options, removal.part)), planned);
    return other === undefined ? [] : [stillReached(plan, removal, other)];
  });
  return problems.flat();
}

function canonical(server: string | undefined): string | undefined {
  return server === undefined || !URL.canParse(server) ? undefined : new URL(server).href;
}

/** The API server that the provider of a part's cluster was told. */
function serverIn({ resources = [] }: State): string | undefined {
  const providers = resources.filter(
    ({ type, urn }) => type === "pulumi:providers:kubernetes" && !nameOf(urn).includes("_"),
  );
  return providers
    .map(({ inputs }) => serverOf(revealed(inputs?.["kubeconfig"])))
    .find((server) => server !== undefined);
}

interface Kubeconfig {
  readonly "current-context"?: string;
  readonly contexts?: readonly { readonly name?: string; readonly context?: { readonly cluster?: string } }[];
  readonly clusters?: readonly { readonly name?: string; readonly cluster?: { readonly server?: string } }[];
}

function serverOf(kubeconfig: unknown): string | undefined {
  if (typeof kubeconfig !== "string") return undefined;
  const read = parseDocument(kubeconfig, { logLevel: "silent" }).toJS() as Kubeconfig | null;
  const context = read?.contexts?.find(({ name }) => name === read["current-context"])?.context;
  return read?.clusters?.find(({ name }) => name === context?.cluster)?.cluster?.server;
}
