import type { Stack } from "@pulumi/pulumi/automation";
import { knowsNothing, type KnowledgeReader, type StackKnowledge } from "../../access";
import { stackType, type ExportedState } from "../../engine/state";
import { knowledgeOf, parseLastOutputs, withoutUnknown } from "../../stacks";
import { selectStack, type StackOptions } from "./workspace";

/** Reads what a stack knows, once: its state has its outputs too, and to read one of the two takes as long. */
export function knowledgeReader(options: StackOptions): KnowledgeReader {
  let knowledge: Promise<StackKnowledge> | undefined;
  return () => (knowledge ??= readKnowledge(options));
}

/** What a stack knows of its clusters; nothing where there is no such stack. */
export async function readKnowledge(options: StackOptions): Promise<StackKnowledge> {
  const stack = await selectStack(options);
  return stack === undefined ? knowsNothing : knowledgeIn(await stateOf(stack));
}

/** What a stack knows, by its exported state. Pure. */
export function knowledgeIn(state: ExportedState): StackKnowledge {
  const { outputs } = (state.resources ?? []).find(({ type }) => type === stackType) ?? {};
  return knowledgeOf(parseLastOutputs(withoutUnknown(outputs)), state);
}

async function stateOf(stack: Stack): Promise<ExportedState> {
  return ((await stack.exportStack()).deployment ?? {}) as ExportedState;
}
