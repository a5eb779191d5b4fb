import type { RefreshResult, Stack } from "@pulumi/pulumi/automation";
import type { ExportedState } from "../../engine/state";
import { destroyOperation, operationVariable, refreshOperation } from "../../stacks";
import { commonOptions } from "./command-options";
import { runUpdate } from "./run-update";
import type { StackOptions } from "./stack-options";
import { runOf } from "./workspace";

/** By a run of the program the engine has today's credentials; those of the last update may be accepted no more. */
export async function refreshed(
  stack: Stack,
  options: StackOptions,
  operation = refreshOperation,
  target?: string[],
): Promise<RefreshResult> {
  const { ownVariables } = runOf(stack);
  ownVariables[operationVariable] = operation;
  try {
    return await runUpdate(stack, options, (listen) =>
      stack.refresh({
        ...commonOptions(options, listen),
        runProgram: true,
        ...(target === undefined ? {} : { target }),
      }),
    );
  } finally {
    Reflect.deleteProperty(ownVariables, operationVariable);
  }
}

/**
 * Lets the program clear away what a killed update had begun, and the state have today's credentials. By itself: of what a
 * program has registered, a destruction that goes on after an error deletes the providers before what could not be deleted,
 * and leaves a state that Pulumi refuses (`destroy --run-program --continue-on-error`, Pulumi 3.276).
 */
export async function prepared(stack: Stack, options: StackOptions): Promise<void> {
  const { resources = [] } = ((await stack.exportStack()).deployment ?? {}) as ExportedState;
  const providers = resources.flatMap(({ type, urn }) => (type === "pulumi:providers:kubernetes" ? [urn] : []));
  // Without a provider no cluster was reached.
  if (providers.length > 0) await refreshed(stack, options, destroyOperation, providers);
}
