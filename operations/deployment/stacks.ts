import type { ClusterAccess } from "../../access";
import type { StackKnowledge } from "../../preflight";
import {
  destroy,
  findForgettable,
  fitness,
  forget,
  preview,
  readMemory,
  readOutputs,
  refresh,
  up,
  type Changes,
  type ChangesResult,
  type Fitness,
  type ForgetResult,
  type UpdateResult,
  type StackOptions,
} from "../stack";
import { trustPart, type MeshPlan } from "../../topology";
import { statesOf, type DriftOptions } from "../drift";
import {
  destroyParts,
  findForgettablePart,
  findRemovals,
  fitnessOfParts,
  forgetPart,
  knowledgeOfParts,
  ensureInOneStack,
  partOptions,
  partsOutputs,
  previewParts,
  refreshParts,
  stacksOfParts,
  upParts,
  type PartRemoval,
  type PartsOptions,
  type Removals,
} from "../parts";
import { onStack, type Run } from "./run";

/** How stacks are brought up. */
export interface UpSettings {
  readonly refresh: boolean;
  /** Of several stacks: whether those that are what they are to be are left alone. Default: `changed`, they are. */
  readonly extent?: "changed" | "all";
  /** Of several stacks: whether those may go that the configuration no longer has. Default: `refused`. */
  readonly removals?: Removals;
}

/** What is done with the Pulumi stacks that a mesh is in, however many those are. */
export interface MeshStacks {
  up(run: Run, settings: UpSettings): Promise<UpdateResult>;
  preview(run: Run): Promise<ChangesResult>;
  /** @returns Parts that `up` would take away, with their stacks. */
  removals(options: StackOptions): Promise<readonly PartRemoval[]>;
  /** Whether `up` would begin at all. Changes nothing. */
  fitness(run: Run): Promise<Fitness>;
  refresh(run: Run): Promise<ChangesResult>;
  /** @returns What the stacks know of their clusters. */
  knowledge(options: StackOptions): Promise<StackKnowledge>;
  /** @returns Undefined where there is no stack, and so nothing to remove. */
  destroy(run: Run, clusters: ReadonlyMap<string, ClusterAccess>): Promise<ChangesResult | undefined>;
  forget(run: Run, cluster: string): Promise<ForgetResult>;
  /** @returns How many resources `forget` would take out of the state. */
  forgettable(options: StackOptions, cluster: string): Promise<number>;
  /** @returns What the stacks say of the mesh, without secrets; undefined where there is no stack. */
  outputs(options: StackOptions): Promise<UpdateResult["outputs"] | undefined>;
  /**
   * @returns The states of the stacks, with secrets shown: for the memory of this process alone.
   * @throws ConfigurationError when there is no stack.
   */
  states(options: StackOptions): Promise<DriftOptions["states"]>;
  /** What secrets of a configuration that no file has are written with. */
  keeper(options: StackOptions): Promise<StackOptions>;
}

/** The whole mesh in one stack. */
const oneStack: MeshStacks = {
  keeper: (options) => Promise.resolve(options),
  up: (run, { refresh: first }) => inOneStack(run, (options) => up({ ...options, refresh: first })),
  preview: (run) => inOneStack(run, preview),
  // What leaves the one stack, Pulumi deletes, as it does in every program; its preview shows it.
  removals: () => Promise.resolve([]),
  fitness,
  refresh: (run) => inOneStack(run, refresh),
  knowledge: async (options) => (await readMemory(options)).knowledge,
  destroy: (run, clusters) => inOneStack(run, (options) => destroy(options, clusters)),
  forget,
  forgettable: findForgettable,
  outputs: readOutputs,
  states: (options) => statesOf(options.stack, [options]),
};

/** Works on the stack of a whole mesh, unless that stands in stacks of its parts. */
async function inOneStack<T extends { readonly changes: Changes } | undefined>(
  run: Run,
  work: (options: StackOptions) => Promise<T>,
): Promise<T> {
  await ensureInOneStack(run);
  return onStack(run, work);
}

/** The trust and each cluster in a stack of its own. */
const oneForEachPart: MeshStacks = {
  keeper: (options) => partOptions(options, trustPart),
  up: (run, settings) => upParts({ ...partsOf(run), ...settings }),
  preview: (run) => previewParts(partsOf(run)),
  removals: findRemovals,
  fitness: (run) => fitnessOfParts(partsOf(run)),
  refresh: (run) => refreshParts(partsOf(run)),
  knowledge: knowledgeOfParts,
  destroy: (run, clusters) => destroyParts(partsOf(run), clusters),
  forget: (run, cluster) => forgetPart(partsOf(run), cluster),
  forgettable: findForgettablePart,
  outputs: partsOutputs,
  states: async (options) => statesOf(options.stack, await stacksOfParts(options)),
};

/** What is told of each part's stack goes where the operation's events go. */
function partsOf(run: Run): PartsOptions {
  return {
    ...run,
    around: (options, work) => onStack({ ...run, ...options }, work),
    onWaits: (stack, waitsFor) => {
      run.sink.emit(stack, { type: "stack-waits", waitsFor });
    },
    onLeft: (stack, reason) => {
      run.sink.emit(stack, { type: "stack-failed", reason });
    },
  };
}

/** How a mesh lies in stacks. The one place where that is chosen. */
export const stacksOf = ({ stacks }: MeshPlan): MeshStacks => (stacks === "one" ? oneStack : oneForEachPart);
