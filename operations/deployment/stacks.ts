import type { ClusterAccess } from "../../access";
import {
  destroy,
  preview,
  readOutputs,
  refresh,
  up,
  type ChangesResult,
  type UpdateResult,
  type StackOptions,
} from "../stack";
import { trustPart, type MeshPlan } from "../../topology";
import { statesOf, type DriftOptions } from "../drift";
import {
  destroyParts,
  ensureInOneStack,
  partOptions,
  partsOutputs,
  previewParts,
  refreshParts,
  stacksOfParts,
  upParts,
  type PartsOptions,
} from "../parts";
import { onStack, type Run } from "./run";

/** What is done with the Pulumi stacks that a mesh is in, however many those are. */
export interface MeshStacks {
  up(run: Run, settings: { readonly refresh: boolean }): Promise<UpdateResult>;
  preview(run: Run): Promise<ChangesResult>;
  refresh(run: Run): Promise<ChangesResult>;
  /** @returns Undefined where there is no stack, and so nothing to remove. */
  destroy(run: Run, clusters: ReadonlyMap<string, ClusterAccess>): Promise<ChangesResult | undefined>;
  /** @returns What the stacks say of the mesh, without secrets; undefined where there is no stack. */
  outputs(options: StackOptions): Promise<UpdateResult["outputs"] | undefined>;
  /**
   * @returns The states of the stacks, with secrets shown: for the memory of this process alone.
   * @throws ConfigurationError when there is no stack.
   */
  states(options: StackOptions): Promise<DriftOptions["states"]>;
  /** What secrets of a configuration that no file has are written with. */
  keeper(run: Run): Promise<StackOptions>;
}

/** The whole mesh in one stack. */
const oneStack: MeshStacks = {
  keeper: (run) => Promise.resolve(run),
  up: async (run, settings) => {
    await ensureInOneStack(run);
    return onStack(run, (options) => up({ ...options, ...settings }));
  },
  preview: (run) => onStack(run, preview),
  refresh: (run) => onStack(run, refresh),
  destroy: (run, clusters) => onStack(run, (options) => destroy(options, clusters)),
  outputs: readOutputs,
  states: (options) => statesOf(options.stack, [options]),
};

/** The trust and each cluster in a stack of its own. */
const oneForEachPart: MeshStacks = {
  keeper: (run) => partOptions(run, trustPart),
  up: (run, settings) => upParts({ ...partsOf(run), ...settings }),
  preview: (run) => previewParts(partsOf(run)),
  refresh: (run) => refreshParts(partsOf(run)),
  destroy: (run, clusters) => destroyParts(partsOf(run), clusters),
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
