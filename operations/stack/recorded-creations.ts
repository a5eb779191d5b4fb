import type { EngineEvent, Stack } from "@pulumi/pulumi/automation";
import { stackType, type ExportedState } from "../../engine/state";
import { formerNames, pendingIn, recordsCreations } from "../../stacks/recovery";
import { runUpdate } from "./run-update";
import type { StackOptions } from "./stack-options";

/**
 * Runs an update as {@link runUpdate} does, and drops the records of creations that another one, which was killed, has left.
 * @param reached The clusters that answered, by their names.
 */
export async function updateWithoutRecords<T>(
  stack: Stack,
  options: StackOptions,
  reached: ReadonlyMap<string, unknown>,
  update: (listen: (event: EngineEvent) => void) => Promise<T>,
): Promise<T> {
  const state = { hasRecords: false };
  const result = await runUpdate(stack, options, (listen) =>
    update((event) => {
      listen(event);
      state.hasRecords ||= tellsOfRecords(event);
    }),
  );
  if (state.hasRecords) await dropRecordedCreations(stack, options, reached);
  return result;
}

/** Whether the engine tells that the state records operations which an update that was killed had begun. */
function tellsOfRecords({ diagnosticEvent: said }: EngineEvent): boolean {
  return said?.severity === "warning" && said.message.includes("pending operations");
}

/**
 * Drops what a state records as being created once an update that succeeded has made all of it, or has cleared it away:
 * Pulumi keeps such records, and warns of them in every update, until it is told to drop them. Where anything is still
 * open, as in a cluster that did not answer, all of them stay.
 */
async function dropRecordedCreations(
  stack: Stack,
  options: StackOptions,
  reached: ReadonlyMap<string, unknown>,
): Promise<void> {
  const state = ((await stack.exportStack()).deployment ?? {}) as ExportedState;
  const former = formerNames(options.plan);
  const isOpen = pendingIn(state).some(({ cluster }) => !reached.has(former.get(cluster) ?? cluster));
  if (!recordsCreations(state) || isOpen) return;
  const own = state.resources?.find(({ type }) => type === stackType)?.urn;
  await runUpdate(stack, options, (listen) =>
    stack.refresh({
      clearPendingCreates: true,
      // The stack's own resource is read from no cluster.
      ...(own === undefined ? {} : { target: [own] }),
      onEvent: listen,
      onOutput: () => undefined,
      showSecrets: false,
      ...(options.configFile === undefined ? {} : { configFile: options.configFile }),
    }),
  );
}
