import { loadSecretsProvider, stackConfigurationPath } from "../../access";
import { partStack, planOfSites, trustPart } from "../../topology";
import type { Changes } from "../stack/stack";
import type { StackOptions } from "../stack/stack-options";

/** Work on the stack of one part: what is called around it tells of it. */
export type PartWork = <T extends { readonly changes: Changes } | undefined>(
  options: StackOptions,
  work: (options: StackOptions) => Promise<T>,
) => Promise<T>;

/** What operations on a mesh in stacks of its parts are told. */
export interface PartsOptions extends StackOptions {
  /** How many stacks are worked on at the same time. Default: {@link defaultParallel}. */
  readonly parallel?: number;
  /** Called around the work on each stack. Default: it is just done. */
  readonly around?: PartWork;
  /** Told of a stack that cannot be begun, and of the stacks that it waits for. */
  readonly onWaits?: (stack: string, waitsFor: readonly string[]) => void;
  /** Told of a stack that is not begun, and why: its cluster does not answer. */
  readonly onLeft?: (stack: string, reason: string) => void;
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
  const { plan, stack, projectDirectory, workDirectory = projectDirectory, onProgress } = options;
  const name = partStack(stack, part);
  const secretsProvider = options.secretsProvider ?? (await loadSecretsProvider(workDirectory, stack));
  return {
    ...options,
    ...(secretsProvider === undefined ? {} : { secretsProvider }),
    stack: name,
    plan: planOfSites(plan, part === trustPart ? [] : [part]),
    wholePlan: plan,
    configFile: options.configFile ?? (await stackConfigurationPath(workDirectory, stack)),
    onProgress: (words) => onProgress?.(`${name}: ${words}`),
  };
}

/** Works on the stack of one part. */
export async function onPart<T extends { readonly changes: Changes } | undefined>(
  options: PartsOptions,
  part: string,
  work: (options: StackOptions) => Promise<T>,
): Promise<T> {
  const around: PartWork = options.around ?? ((own, action) => action(own));
  return around(await partOptions(options, part), work);
}
