import type { EngineEvent, Stack } from "@pulumi/pulumi/automation";
import { onceFree } from "../../engine/update";
import { holdIn } from "../../engine/lock";
import { heldBy, PulumiError } from "../../engine/pulumi-error";
import { noOrphans, orphansVariable } from "../../stacks/recovery";
import type { StackOptions } from "./stack-options";
import { openWorkspace, runOf, selectStack } from "./workspace";

/**
 * Runs an update once nobody else is at work on its stack. What an update that was killed had begun, the program itself
 * clears away then, when the engine holds the stack; it is told whether a process of that update may still be at work.
 * @param listen Is given to the update, to be told of the engine's events.
 * @throws PulumiError when somebody else holds the stack, and what the update throws.
 */
export async function runUpdate<T>(
  stack: Stack,
  options: StackOptions,
  update: (listen: (event: EngineEvent) => void) => Promise<T>,
): Promise<T> {
  const run = runOf(stack);
  const missed = new Set<string>();
  const listen = (event: EngineEvent): void => {
    run.engine.notice();
    const urn = missedRelease(event);
    if (urn !== undefined) missed.add(urn);
  };
  const context = { ...run, onProgress: options.onProgress, cancel: () => cancel(options) };
  const attempt = (): Promise<T> =>
    onceFree(context, ({ cutOff, failed }) => {
      if (cutOff.length + failed.length > 0) run.ownVariables[orphansVariable] = noOrphans;
      else Reflect.deleteProperty(run.ownVariables, orphansVariable);
      return update(listen);
    });
  try {
    return await attempt();
  } catch (error) {
    if (error instanceof PulumiError && holdIn(error.stderr)?.kind === "service") throw await named(error, options);
    const isEnded = options.stop?.aborted === true || options.kill?.aborted === true;
    if (isEnded || !(error instanceof PulumiError) || missed.size === 0) throw error;
    options.onProgress?.("a Helm release that the stack's state has is gone: looking what there is");
    await onceFree(context, () =>
      stack.refresh({
        target: [...missed],
        onOutput: () => undefined,
        onEvent: run.engine.notice,
        showSecrets: false,
        ...(options.configFile === undefined ? {} : { configFile: options.configFile }),
      }),
    );
    return attempt();
  }
}

/** The release that Helm knows none of, as after a deletion that ended just before Pulumi could note it. */
function missedRelease({ diagnosticEvent: said }: EngineEvent): string | undefined {
  return said?.severity === "error" && said.message.includes("release: not found") ? said.urn : undefined;
}

/** The error with who is at work, where the service tells that. */
async function named(error: PulumiError, options: StackOptions): Promise<PulumiError> {
  try {
    const holder = await (await openWorkspace(options)).holderOf(options.stack);
    return holder === undefined ? error : heldBy(error, holder);
  } catch (refused) {
    // A command line that is older than the question; what the stack ran into is told all the same.
    if (refused instanceof PulumiError) return error;
    throw refused;
  }
}

/** Takes the stack's lock away; with a signal that has been given no command would run. */
async function cancel(options: StackOptions): Promise<void> {
  const never = new AbortController().signal;
  await (await selectStack({ ...options, stop: never, kill: never }))?.cancel();
}
