import { ensureAgreed } from "../confirm";
import type { OperationFlags } from "../options";
import { printResult } from "../output";
import { openMesh, operate } from "../session";

/** What `isthmus forget` is told. */
export interface ForgetFlags extends OperationFlags {
  readonly yes?: boolean;
}

/** `isthmus forget` */
export async function forgetVerb(cluster: string, flags: ForgetFlags): Promise<void> {
  const mesh = await openMesh(flags.stack);
  if (flags.yes !== true) {
    // What cannot be forgotten is refused before anybody is asked.
    const count = await mesh.forgettable(cluster);
    await ensureAgreed(flags.yes, {
      command: "isthmus forget",
      deed: `forget the ${count} resources of cluster ${cluster} (stack ${flags.stack}), and to remove nothing from it`,
      answer: cluster,
      answerIs: "the cluster's name",
    });
  }
  const words = {
    onStop: "Stopping.",
    advice: `Run \`isthmus forget ${cluster}\` again: it says whether that is still to be done.`,
  };
  const result = await operate(flags, words, (options) => mesh.forget(cluster, options));
  printResult(flags.output, result, () => [
    `${result.stack}: forgot ${result.forgotten} resources of cluster ${cluster}`,
    `Run \`isthmus up --stack ${result.stack}\`: the others forget it too.`,
  ]);
}
