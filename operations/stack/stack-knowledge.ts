import { knowsNothing, type KnowledgeReader, type StackKnowledge } from "../../access";
import { stackType, type ExportedState } from "../../engine/state";
import { exitCode } from "../../engine/exit-code";
import { PulumiError } from "../../engine/pulumi";
import { knowledgeOf, parseLastOutputs, withoutUnknown } from "../../stacks";
import { openWorkspace, type StackOptions } from "./workspace";

/** What a stack has and knows before it is worked on. Secrets stand in it in plain: it is for the memory of this process. */
export interface StackMemory {
  readonly state: ExportedState;
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
    return { state, knowledge: knowledgeIn(state) };
  } catch (error) {
    if (!(error instanceof PulumiError && error.exitCode === exitCode.stackNotFound)) throw error;
    return { state: {}, knowledge: knowsNothing };
  }
}

/** What a stack knows, by its exported state. Pure. */
export function knowledgeIn(state: ExportedState): StackKnowledge {
  const { outputs } = (state.resources ?? []).find(({ type }) => type === stackType) ?? {};
  return knowledgeOf(parseLastOutputs(withoutUnknown(outputs)), state);
}
