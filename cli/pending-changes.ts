import type { MeshDeployment } from "../operations/deployment";
import type { OperationFlags } from "./options";
import { operate } from "./session";

/** What an update would change, by the engine's names of operations: `update 2`. Shown as a preview is. */
export async function pendingChanges(
  mesh: MeshDeployment,
  flags: OperationFlags & { readonly parallel: number },
): Promise<readonly string[]> {
  const words = { onStop: "Stopping.", advice: "Nothing was changed." };
  const { changes } = await operate(flags, words, (options) => mesh.preview({ ...options, parallel: flags.parallel }));
  return Object.entries(changes)
    .filter(([operation, count]) => operation !== "same" && count > 0)
    .map(([operation, count]) => `${operation} ${String(count)}`);
}
