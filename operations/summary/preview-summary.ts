import type { EngineEvent } from "@pulumi/pulumi/automation";
import { dataWithoutSecrets, type MeshPlan } from "../../topology";
import { PulumiError, unexamined, type Fitness } from "../stack";
import type { Helm } from "./helm";
import { renderManifests } from "./manifests";
import type { MeshSummary } from "./model";
import { readPreview } from "./read-preview";
import { Recording } from "./recording";
import { summarise } from "./summarise";

/** Takes the engine's events of a stack: to be given to a MeshDeployment as `onEngineEvent`. */
export type Listen = (stack: string, event: EngineEvent) => void;

/**
 * Runs the previews of all stacks that a mesh is made of.
 * @param listen Is to be told of their events.
 * @param examined Is to be told whether an update would begin at all.
 */
export type Previewing = (listen: Listen, examined: (fitness: Fitness) => void) => Promise<unknown>;

/**
 * Runs a preview and says what it means for the mesh. A preview that fails is summed up too, as far as it came.
 * @param mesh The environment's name, and what the mesh is to be.
 * @param helm Renders what changes of Helm releases. Default: nothing does.
 * @throws IncompletePreview when the preview ended well and its events are not all there.
 * @throws whatever `run` throws that is no failure of Pulumi's.
 */
export async function summarisePreview(
  mesh: { readonly stack: string; readonly plan: MeshPlan },
  run: Previewing,
  helm?: Helm,
): Promise<MeshSummary> {
  const recordings = new Map<string, Recording>();
  const listen: Listen = (stack, event) => {
    const recording = recordings.get(stack) ?? new Recording(stack);
    recordings.set(stack, recording);
    recording.take(event);
  };
  let fitness = unexamined;
  const examined = (found: Fitness): void => {
    fitness = found;
  };
  const failure = await failureOf(run(listen, examined));
  const stacks = [...recordings.values()].map(({ events }) => events);
  // Before its first event a preview fails for reasons that the error says better: no backend, a wrong passphrase, a lock.
  if (failure !== undefined && stacks.every(({ events }) => events.length === 0)) throw failure;
  const summary = summarise({
    ...mesh,
    stacks,
    fitness,
    now: new Date(),
    ...(failure === undefined ? {} : { failure: failure.message }),
  });
  if (helm === undefined) return dataWithoutSecrets(summary);
  const { details, notRendered } = await renderManifests(readPreview(stacks, failure?.message).steps, helm);
  return dataWithoutSecrets({ ...summary, details: [...summary.details, ...details], notRendered });
}

async function failureOf(preview: Promise<unknown>): Promise<PulumiError | undefined> {
  try {
    await preview;
    return undefined;
  } catch (error) {
    if (error instanceof PulumiError) return error;
    throw error;
  }
}
