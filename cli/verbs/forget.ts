import { findForgettable, forget } from "../../operations/stack";
import { confirmed } from "../confirm";
import type { StackFlags } from "../options";
import { print, printJson } from "../output";
import { interruptible, loadMesh, toStandardError } from "../session";

/** What `isthmus forget` is told. */
export interface ForgetFlags extends StackFlags {
  readonly yes?: boolean;
}

/** `isthmus forget` */
export async function forgetVerb(cluster: string, flags: ForgetFlags): Promise<void> {
  const mesh = { ...(await loadMesh(flags.stack)), ...toStandardError() };
  if (flags.yes !== true) {
    // What cannot be forgotten is refused before anybody is asked.
    const count = await findForgettable(mesh, cluster);
    await confirmed(
      `This forgets the ${count} resources of cluster ${cluster} (stack ${flags.stack}), and removes nothing from it. Type the cluster's name to go on: `,
      cluster,
    );
  }
  const result = await interruptible((interruption) => forget({ ...mesh, ...interruption }, cluster), {
    onStop: "Stopping.",
    advice: `Run \`isthmus forget ${cluster}\` again: it says whether that is still to be done.`,
  });
  if (flags.output === "json") printJson(result);
  else
    print([
      `${result.stack}: forgot ${result.forgotten} resources of cluster ${cluster}`,
      `Run \`isthmus up --stack ${result.stack}\`: the others forget it too.`,
    ]);
}
