import type { Deployment } from "@pulumi/pulumi/automation";
import { ConfigurationError, partStack, partsOf, trustPart, type Problem } from "../../topology";
import { clustersIn } from "../stack/cluster-state";
import type { StackOptions } from "../stack/stack-options";
import { openStack, openWorkspace, selectStack } from "../stack/workspace";
import { joinStates } from "./join-state";
import { ensureUnchanged, importIfUnchanged, stackType } from "../../engine/state";
import { partOptions, type PartsOptions } from "./options";
import { isOfEngine, ofNoPart } from "./part-of-resource";
import { splitState } from "./split-state";
import { urnInStack, type State } from "./state-in-stack";
import { findPartStacks, foreignAt } from "./states";

/** What a move of state came to. */
export interface MoveResult {
  readonly stack: string;
  /** Where the mesh's state is now. */
  readonly stacks: readonly string[];
  /** How many resources each of them has. */
  readonly resources: Readonly<Record<string, number>>;
}

/**
 * Moves the state of a mesh to where the configuration wants it: from one stack into a stack for each part, or the other
 * way. Touches no cluster, and makes nothing anew. What it was killed in the midst of, it takes up again: what it moves is
 * emptied only when all of it is in its new place.
 * @throws ConfigurationError when there is nothing to move, or a killed update left something half-made.
 */
export async function moveState(options: PartsOptions): Promise<MoveResult> {
  return options.plan.stacks === "one" ? intoOneStack(options) : intoParts(options);
}

async function intoParts(options: PartsOptions): Promise<MoveResult> {
  const exported = await exportOf(options);
  const state = stateIn(exported);
  if (exported === undefined || sizeOf(state) === 0)
    throw new ConfigurationError([nothingToMove(options, options.stack)]);
  ensureSettled(options.stack, state);
  const parts = splitState(state, { plan: options.plan, project: projectOf(state), stack: options.stack });
  const places = await placesOf(options, parts);
  const strange = ofNoPart(state.resources ?? [], clustersIn(state));
  const problems = [
    ...strange.map(({ urn }) => homeless(options.stack, urn)),
    ...places.flatMap(({ problem }) => problem),
  ];
  if (problems.length > 0) throw new ConfigurationError(problems);
  for (const { settings, state: own, present } of places) {
    options.onProgress?.(`${settings.stack}: takes over ${sizeOf(own)} resources`);
    const stack = await openStack(settings);
    if (present !== undefined) await ensureUnchanged(stack, present);
    await stack.importStack({ ...exported, deployment: own });
  }
  await importIfUnchanged(await openStack(options), exported, { ...state, resources: [] });
  return resultOf(options, new Map([...parts].map(([part, own]) => [partStack(options.stack, part), own])));
}

/** Where the state of a part is to go. */
interface Place {
  readonly settings: StackOptions;
  readonly state: State;
  /** What is there; undefined where there is no stack yet. */
  readonly present: Deployment | undefined;
  /** What keeps it from going there. */
  readonly problem: readonly Problem[];
}

/** Only where nothing is, or what an earlier move brought there, the state of a part may go. */
async function placesOf(options: PartsOptions, parts: ReadonlyMap<string, State>): Promise<Place[]> {
  const { foreign } = await findPartStacks(options);
  const places: Place[] = [];
  for (const [part, state] of parts) {
    const settings = await partOptions(options, part);
    const present = await exportOf(settings);
    const moved = new Set((state.resources ?? []).map(({ urn }) => urn));
    const { resources = [] } = stateIn(present);
    const others = resources.filter((one) => !isOfEngine(one) && !moved.has(one.urn));
    const taken = foreignAt(options, part, foreign);
    const problem = taken.length > 0 || others.length === 0 ? taken : [bothHave(settings.stack, options.stack)];
    places.push({ settings, state, present, problem });
  }
  return places;
}

async function intoOneStack(options: PartsOptions): Promise<MoveResult> {
  const { stacks: parts } = await findPartStacks(options);
  const exports = new Map<string, Deployment>();
  for (const part of parts.keys()) {
    const exported = await exportOf(await partOptions(options, part));
    if (exported !== undefined && sizeOf(stateIn(exported)) > 0) exports.set(part, exported);
  }
  const [first] = exports.values();
  const present = await exportOf(options);
  const known = new Set((stateIn(present).resources ?? []).map(({ urn }) => urn));
  const isEmptied = first === undefined && parts.size > 0 && known.size > 0;
  if (first === undefined && !isEmptied) {
    throw new ConfigurationError([nothingToMove(options, partStack(options.stack, "*"))]);
  }
  const states = new Map([...exports].map(([part, exported]) => [part, stateIn(exported)]));
  for (const [part, state] of states) ensureSettled(partStack(options.stack, part), state);
  const project = projectOf(stateIn(first));
  const isMovedAlready = [...states].every(([part, { resources = [] }]) =>
    resources.every(({ urn }) => known.has(urnInStack(urn, project, partStack(options.stack, part), options.stack))),
  );
  if (first !== undefined && !isMovedAlready) {
    if (sizeOf(stateIn(present)) > 0) throw new ConfigurationError([bothHave(options.stack, "the parts")]);
    const joined = joinStates(states, { project, stack: options.stack });
    options.onProgress?.(`${options.stack}: takes over ${sizeOf(joined)} resources`);
    const stack = await openStack(options);
    if (present !== undefined) await ensureUnchanged(stack, present);
    await stack.importStack({ ...first, deployment: joined });
  }
  // While the trust is there, nothing else than this goes on.
  for (const part of [...parts.keys()].sort(trustLast)) {
    const settings = await partOptions(options, part);
    const exported = exports.get(part);
    if (exported !== undefined) {
      await importIfUnchanged(await openStack(settings), exported, { ...stateIn(exported), resources: [] });
    }
    await (await openWorkspace(settings)).removeStack(settings.stack);
  }
  const now = stateIn(await exportOf(options));
  return resultOf(options, new Map([[options.stack, now]]));
}

function trustLast(left: string, right: string): number {
  return Number(left === trustPart) - Number(right === trustPart);
}

async function exportOf(options: StackOptions): Promise<Deployment | undefined> {
  return (await selectStack(options))?.exportStack();
}

function stateIn(exported: Deployment | undefined): State {
  return (exported?.deployment ?? {}) as State;
}

/** Resources, but for the one that stands for the stack and those of the engine. */
function sizeOf({ resources = [] }: State): number {
  return resources.filter(({ type }) => !type.startsWith("pulumi:pulumi:") && !type.startsWith("pulumi:providers:"))
    .length;
}

/** The project's name, which stands in every URN. */
function projectOf({ resources = [] }: State): string {
  return resources[0]?.urn.split("::")[1] ?? "";
}

/** Pulumi drops what is recorded as begun when it imports a state. */
function ensureSettled(stack: string, { pending_operations: operations = [] }: State): void {
  if (operations.length === 0) return;
  throw new ConfigurationError([
    {
      path: `stack ${stack}`,
      expected: "no operation that a killed update left half-done",
      found: `${operations.length} of them`,
      fix: "Set `stacks` back, run `isthmus up`, which clears that away, and move the state then.",
    },
  ]);
}

function nothingToMove({ plan, stack }: PartsOptions, from: string): Problem {
  const to =
    plan.stacks === "one"
      ? stack
      : partsOf(plan)
          .map((part) => partStack(stack, part))
          .join(", ");
  return {
    path: `stack ${from}`,
    expected: `the state of the mesh, to move it to ${to}, since isthmus:mesh.stacks is ${plan.stacks}`,
    found: "none",
    fix: "There is nothing to move: `isthmus up` brings the mesh up there.",
  };
}

function bothHave(stack: string, origin: string): Problem {
  return {
    path: `stack ${stack}`,
    expected: `no resources, since those of ${origin} are to come here`,
    found: `some that ${origin} does not have`,
    fix: `Look what they are (\`pulumi stack --stack ${stack}\`), and remove them, or one of the two.`,
  };
}

function homeless(stack: string, urn: string): Problem {
  return {
    path: `stack ${stack}`,
    expected: "nothing but what Isthmus makes of a mesh",
    found: urn,
    fix: "Move it into a stack of its own first (`pulumi state move`): no part of the mesh would have it.",
  };
}

function resultOf({ stack }: PartsOptions, states: ReadonlyMap<string, State>): MoveResult {
  return {
    stack,
    stacks: [...states.keys()],
    resources: Object.fromEntries(
      [...states].map(([name, { resources = [] }]) => [
        name,
        resources.filter(({ type }) => type !== stackType).length,
      ]),
    ),
  };
}
