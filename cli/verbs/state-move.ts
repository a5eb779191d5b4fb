import { partsOf, partStack } from "../../topology";
import type { MeshDeployment } from "../../operations/deployment";
import { ensureAgreed } from "../confirm";
import type { OperationFlags } from "../options";
import { printResult } from "../output";
import { openMesh, operate } from "../session";

/** What `isthmus state move` is told. */
export interface StateMoveFlags extends OperationFlags {
  readonly yes?: boolean;
}

/** `isthmus state move` */
export async function stateMoveVerb(flags: StateMoveFlags): Promise<void> {
  const mesh = await openMesh(flags.stack);
  await ensureAgreed(flags.yes, { command: "isthmus state move", deed: deedOf(mesh), answer: "yes" });
  const words = { onStop: "Stopping.", advice: "Run `isthmus state move` again: it goes on from there." };
  const result = await operate(flags, words, (options) => mesh.moveState(options));
  printResult(flags.output, result, () => [
    ...result.stacks.map((stack) => `${stack}: ${String(result.resources[stack] ?? 0)} resources`),
    "No cluster was touched.",
  ]);
}

function deedOf({ plan, stack }: MeshDeployment): string {
  const parts = partsOf(plan).map((part) => partStack(stack, part));
  const stacks = plan.stacks === "one" ? `stack ${stack}` : `stacks ${parts.join(", ")}`;
  return `move the state of mesh ${plan.id} into ${stacks}, and to touch no cluster`;
}
