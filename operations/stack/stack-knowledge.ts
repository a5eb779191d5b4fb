import type { KnowledgeReader, StackKnowledge } from "../../preflight";
import { stackType, type ExportedState } from "../../engine/state";
import { exitCode } from "../../engine/exit-code";
import { PulumiError } from "../../engine/pulumi-error";
import { knowledgeOf, parseLastOutputs, withoutUnknown, type LastOutputs } from "../../stacks";
import type { StackOptions } from "./stack-options";
import { openWorkspace } from "./workspace";

/** What a stack has and knows before it is worked on. Secrets stand in it in plain: it is for the memory of this process. */
export interface StackMemory {
  readonly state: ExportedState;
  /** What the last update said. */
  readonly last: LastOutputs;
  readonly knowledge: StackKnowledge;
}

/** Reads a stack's memory when it is asked for, once. */
export function memoryOf(options: StackOptions): () => Promise<StackMemory> {
  let memory: Promise<StackMemory> | undefined;
  return () => (memory ??= readMemory(options));
}

/** What a stack knows, as the checks ask for it: its state has its outputs too, and takes no longer to read. */
export function knowledgeReader(memory: () => Promise<StackMemory>): KnowledgeReader {
  return async () => (await memory()).knowledge;
}

/** Reads a stack's memory; an empty one where there is no such stack. */
export async function readMemory(options: StackOptions): Promise<StackMemory> {
  const workspace = await openWorkspace(options);
  try {
    const state = ((await workspace.exportStack(options.stack)).deployment ?? {}) as ExportedState;
    return memoryIn(state);
  } catch (error) {
    if (!(error instanceof PulumiError && error.exitCode === exitCode.stackNotFound)) throw error;
    return memoryIn({});
  }
}

/** What a stack has and knows, by its exported state. Pure. */
export function memoryIn(state: ExportedState): StackMemory {
  const { outputs } = (state.resources ?? []).find(({ type }) => type === stackType) ?? {};
  const last = parseLastOutputs(withoutUnknown(outputs));
  return { state, last, knowledge: knowledgeOf(last, state) };
}
