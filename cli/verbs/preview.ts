import { preview } from "../../operations/stack";
import { changesLine } from "../changes";
import type { StackFlags } from "../options";
import { print, printJson } from "../output";
import { interruptible, loadMesh, toStandardError } from "../session";

/** `isthmus preview` */
export async function previewVerb(flags: StackFlags): Promise<void> {
  const mesh = await loadMesh(flags.stack);
  const result = await interruptible((interruption) => preview({ ...mesh, ...interruption, ...toStandardError() }), {
    onStop: "Stopping.",
    advice: "Nothing was changed.",
  });
  if (flags.output === "json") printJson(result);
  else print([changesLine(result)]);
}
