import type { OperationFlags } from "../options";
import { printResult } from "../output";
import { openMesh, operate } from "../session";

/** `isthmus state move` */
export async function stateMoveVerb(flags: OperationFlags): Promise<void> {
  const mesh = await openMesh(flags.stack);
  const words = { onStop: "Stopping.", advice: "Run `isthmus state move` again: it goes on from there." };
  const result = await operate(flags, words, (options) => mesh.moveState(options));
  printResult(flags.output, result, () => [
    ...result.stacks.map((stack) => `${stack}: ${String(result.resources[stack] ?? 0)} resources`),
    "No cluster was touched.",
  ]);
}
