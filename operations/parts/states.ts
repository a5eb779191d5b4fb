import { existsSync } from "node:fs";
import { loadStackConfiguration, stackConfigurationPath, stackFile } from "../../access";
import { isSameStack, ownName, type ListedStack } from "../../engine/stack-reference";
import { claimIn, claimWords, foreignInstead, parsePartOutputs, type PartState } from "../../stacks";
import { ConfigurationError, partOfStack, partsOf, partStack, type Problem } from "../../topology";
import { limited } from "../limited";
import { openWorkspace, selectStack, type MeshWorkspace } from "../stack/workspace";
import { defaultParallel, partOptions, type PartsOptions } from "./options";
import { proofInState } from "./state-proof";
import type { State } from "./state-in-stack";

/** The stack of a part as it stands. */
export interface PartStack {
  /** What it says of itself, for the other parts. */
  readonly state: PartState;
  /** All its outputs; secrets are masked. */
  readonly outputs: Readonly<Record<string, unknown>>;
  /** The part that it says that it is: where a renaming has begun, the former name. */
  readonly name: string;
  /** The part that its stack is called after. */
  readonly at: string;
  /** `something`: it holds a part, or what an update that failed has left of one. */
  readonly holds: "something" | "nothing";
}

/** What is known of a stack whose name is that of a part. */
type Found = { readonly kind: "own"; readonly stack: PartStack } | { readonly kind: "foreign"; readonly is: string };

/** Stacks by the parts of a mesh whose names they have. */
export interface FoundParts {
  /** Those that are this mesh's. */
  readonly stacks: Map<string, PartStack>;
  /** Those that are not, and what they are, in words. */
  readonly foreign: ReadonlyMap<string, string>;
}

/**
 * The stacks of a mesh's parts that there are, by part; those of parts that the plan no longer has among them.
 * @param known The project's stacks, where they are known already.
 * @throws ConfigurationError when a part is wanted under a name that another stack has.
 */
export async function readPartStacks(
  options: PartsOptions,
  known?: readonly ListedStack[],
): Promise<Map<string, PartStack>> {
  const { stacks, foreign } = await findPartStacks(options, known);
  const problems = partsOf(options.plan).flatMap((part) => foreignAt(options, part, foreign));
  if (problems.length > 0) throw new ConfigurationError(problems);
  return stacks;
}

/**
 * As {@link readPartStacks}, for who needs no stack under a name that another one has. A stack is a part's only if it says
 * so, or what it holds does; others whose names look alike are left alone.
 */
export async function findPartStacks(options: PartsOptions, known?: readonly ListedStack[]): Promise<FoundParts> {
  const { parallel = defaultParallel, plan } = options;
  const planned = partsOf(plan);
  const stacks = known ?? (await listStacks(options));
  const present = new Set(partNames(options.stack, stacks));
  const workspace = await openWorkspace(await partOptions(options, ""));
  const names = [...new Set([...planned, ...present])];
  const found = await limited(parallel, names, async (part): Promise<readonly [string, Found | undefined]> => {
    return [part, await lookAt(options, workspace, part, present)];
  });
  return {
    stacks: new Map(found.flatMap(([part, one]) => (one?.kind === "own" ? [[part, one.stack]] : []))),
    foreign: new Map(found.flatMap(([part, one]) => (one?.kind === "foreign" ? [[part, one.is]] : []))),
  };
}

/** What keeps a part from having the stack that it is to have. Pure. */
export function foreignAt(options: PartsOptions, part: string, foreign: FoundParts["foreign"]): Problem[] {
  const is = foreign.get(part);
  return is === undefined ? [] : [foreignInstead(partStack(options.stack, part), expected(options, part), is)];
}

/** @returns Undefined where there is none, and for one that holds nothing and is not wanted. */
async function lookAt(
  options: PartsOptions,
  workspace: MeshWorkspace,
  part: string,
  present: ReadonlySet<string>,
): Promise<Found | undefined> {
  const isPlanned = partsOf(options.plan).includes(part);
  const stack = partStack(options.stack, part);
  if (!present.has(part)) return isPlanned ? ownConfiguration(options, part) : undefined;
  const outputs = await workspace.publicOutputs(stack);
  const claim = claimIn(outputs, expected(options, part));
  if (claim.kind === "foreign") return claim;
  if (claim.kind === "own") {
    // A name that it had before is its own only as long as nobody else has that.
    if (claim.name !== part && !isPlanned && present.has(claim.name))
      return { kind: "foreign", is: claimWords(outputs) };
    return { kind: "own", stack: partStackOf(outputs, part, claim.name) };
  }
  const other = await ownConfiguration(options, part);
  if (other !== undefined) return other;
  const proof = proofInState(await stateOf(options, part), options.plan, part);
  if (proof.kind === "foreign") return proof;
  if (proof.kind === "empty" && !isPlanned) return undefined;
  return {
    kind: "own",
    stack: { ...partStackOf(outputs, part), holds: proof.kind === "empty" ? "nothing" : "something" },
  };
}

/** A stack with a mesh in a file of its own is no part of another one. */
async function ownConfiguration(options: PartsOptions, part: string): Promise<Found | undefined> {
  const { projectDirectory, workDirectory = projectDirectory, stack } = options;
  const name = ownName(partStack(stack, part));
  if (!existsSync(await stackConfigurationPath(workDirectory, name))) return undefined;
  if ((await loadStackConfiguration(workDirectory, name)) === undefined) return undefined;
  return { kind: "foreign", is: `a mesh of its own, as ${stackFile(name)} says` };
}

function expected({ plan, stack }: PartsOptions, part: string): Parameters<typeof claimIn>[1] {
  return { plan, environment: ownName(stack), part };
}

/**
 * A stack by its outputs. Pure.
 * @param name The part that it says that it is.
 */
export function partStackOf(outputs: Readonly<Record<string, unknown>>, part: string, name = part): PartStack {
  return { state: parsePartOutputs(outputs).part, outputs, name, at: part, holds: "something" };
}

/** What a part's stack holds, with secrets shown: for the memory of this process alone. */
export async function stateOf(options: PartsOptions, part: string): Promise<State> {
  const exported = await (await selectStack(await partOptions(options, part)))?.exportStack();
  return (exported?.deployment ?? {}) as State;
}

/** The parts whose stacks those may be that there are, by their names. Pure. */
export function partNames(stack: string, listed: readonly ListedStack[]): string[] {
  return listed.flatMap((one) => {
    const { part } = partOfStack(ownName(one.name)) ?? {};
    return part !== undefined && isSameStack(partStack(stack, part), one) ? [part] : [];
  });
}

/** All stacks of the project. */
export async function listStacks(options: PartsOptions): Promise<readonly ListedStack[]> {
  return (await openWorkspace(options)).listStacks();
}
