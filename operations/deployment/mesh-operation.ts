/**
 * An operation on a mesh that was opened: in its project, with its secrets, from its first event to its last.
 */

import { workDirectoryVariable } from "../../stacks";
import { configurationNamespace, sitesOf } from "../../topology";
import type { Operation } from "../events";
import { rehearsedForSecrets, withScratch, writeSecrets, type StackOptions } from "../stack";
import { operated } from "./operated";
import type { OpenedMesh } from "./opened-mesh";
import type { OperationOptions } from "./options";
import { projectDirectoryVariable, withProject } from "./project";
import { eventOfWords } from "./pulumi-text";
import type { Run } from "./run";
import { stacksOf } from "./stacks";

/**
 * Runs an operation.
 * @throws OperationInterrupted when its signals end it.
 * @throws EventListenerError when all is done but the listener threw.
 */
export function operate<T>(
  mesh: OpenedMesh,
  operation: Operation,
  options: OperationOptions,
  action: (run: Run) => Promise<T>,
): Promise<T> {
  const { plan, stack } = mesh;
  const { signal, killSignal, stopGraceMs, onEngineEvent, parallel } = options;
  const clusters = sitesOf(plan).map(({ name }) => name);
  return operated({ operation, stack, mesh: plan.id, clusters }, options, (sink) =>
    inProject(mesh, async (place) => {
      const run: Run = {
        ...place,
        operation,
        sink,
        ...(signal === undefined ? {} : { stop: signal }),
        ...(killSignal === undefined ? {} : { kill: killSignal }),
        ...(stopGraceMs === undefined ? {} : { stopGraceMs }),
        ...(onEngineEvent === undefined ? {} : { onEngineEvent }),
        ...(parallel === undefined ? {} : { parallel }),
        onProgress: (words) => sink.emit(stack, eventOfWords(words)),
      };
      const keepAndAct = async (own: Run): Promise<T> => {
        // What asks no backend cannot have a stack keep them.
        if (operation !== "check") await keepSecrets(mesh, own);
        return action(own);
      };
      if (operation !== "preview") return keepAndAct(run);
      return withScratch((scratch) => keepAndAct({ ...run, scratch }));
    }),
  );
}

/** Does something where the Pulumi project is; one that the embedding program has none of is made for that time. */
export function inProject<T>(
  { embedded, plan, projectDirectory, settings, stack }: OpenedMesh,
  action: (options: StackOptions) => Promise<T>,
): Promise<T> {
  const options = { projectDirectory, ...settings, plan, stack };
  if (embedded === undefined) return action(options);
  return withProject(embedded, (workDirectory) => {
    const places = { [projectDirectoryVariable]: projectDirectory, [workDirectoryVariable]: workDirectory };
    return action({ ...options, workDirectory, variables: { ...settings.variables, ...places } });
  });
}

/** Gives the secrets of an embedded mesh to Pulumi, in the project that was made for the operation. */
export async function keepSecrets({ embedded, plan }: OpenedMesh, run: StackOptions): Promise<void> {
  if (embedded === undefined) return;
  // With its first secret a file gets the salt of the passphrase. Of stacks that share a file each would write its own.
  const first = plan.stacks === "one" ? {} : { shared: "by the stacks of the parts" };
  const secrets = Object.entries({ ...first, ...embedded.secrets });
  if (secrets.length === 0) return;
  const keeper = await stacksOf(plan).keeper(run);
  await writeSecrets(
    run.scratch === undefined ? keeper : await rehearsedForSecrets(keeper, run.scratch),
    Object.fromEntries(secrets.map(([key, value]) => [`${configurationNamespace}:${key}`, value])),
  );
}
