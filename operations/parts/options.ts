import type { EngineEvent } from "@pulumi/pulumi/automation";
import { loadSecretsProvider, stackConfigurationPath } from "../../access";
import { partStack, planOfSites, trustPart } from "../../topology";
import type { StackOptions } from "../stack/workspace";

/** What is told of a part's stack while it is worked on; of one that waits or is left alone, that as well. */
export type PartEvent =
  | { readonly type: "stack-started" }
  | { readonly type: "stack-waits"; readonly waitsFor: readonly string[] }
  | { readonly type: "stack-ended"; readonly changes: Readonly<Record<string, number>>; readonly tookSeconds: number }
  | { readonly type: "stack-failed"; readonly reason: string; readonly tookSeconds?: number };

/** What operations on a mesh in stacks of its parts are told. */
export interface PartsOptions extends StackOptions {
  /** How many stacks are worked on at the same time. Default: {@link defaultParallel}. */
  readonly parallel?: number;
  /** Told what becomes of the stacks. */
  readonly onPart?: (stack: string, event: PartEvent) => void;
  /** As `onEvent`, and which stack it is about. */
  readonly onPartEvent?: (stack: string, event: EngineEvent) => void;
  /** As `onOutput`, and which stack it is about. */
  readonly onPartOutput?: (stack: string, text: string) => void;
}

/**
 * Stacks that are worked on at the same time: each has a Pulumi engine, a program and two plugins, which together take
 * some 400 MiB and most of a processor's core while the program starts.
 */
export const defaultParallel = 4;

/**
 * The options of an operation on the stack of one part.
 * @param part Of the plan, or one that the plan no longer has: its stack holds what there was.
 */
export async function partOptions(options: PartsOptions, part: string): Promise<StackOptions> {
  const { plan, stack, projectDirectory, onPartEvent, onPartOutput, onOutput, onProgress } = options;
  const name = partStack(stack, part);
  const say = onPartOutput ?? ((_stack: string, text: string) => onOutput?.(text));
  return {
    ...options,
    stack: name,
    plan: planOfSites(plan, part === trustPart ? [] : [part]),
    wholePlan: plan,
    configFile: options.configFile ?? (await stackConfigurationPath(projectDirectory, stack)),
    onOutput: (text) => {
      say(name, text);
    },
    ...(onPartEvent === undefined
      ? {}
      : {
          onEvent: (event: EngineEvent) => {
            onPartEvent(name, event);
          },
        }),
    onProgress: (words) => onProgress?.(`${name}: ${words}`),
  };
}
