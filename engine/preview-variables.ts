import type { Variables } from "./variables";

/**
 * Tells the engine to build a state once, when it ends, and not after every resource.
 * {@link https://github.com/pulumi/pulumi/issues/10668}
 */
const withoutCheckpoints: Variables = { PULUMI_SKIP_CHECKPOINTS: "true" };

/**
 * What a command of Pulumi's that changes nothing is told beside what the user says. After each resource the engine writes the
 * whole state down, also in a preview, in which it then throws that away (DiscardPersister, Pulumi 3.276): work that grows with
 * the square of the mesh. An update needs every one of these states, to go on from where it was killed. Pure.
 */
export function previewVariables(args: readonly string[]): Variables {
  return args[0] === "preview" || args.includes("--preview-only") ? withoutCheckpoints : {};
}
