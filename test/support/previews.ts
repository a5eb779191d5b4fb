import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { summarise, type MeshSummary, type StackEvents } from "../../operations/summary";
import type { MeshPlan } from "../../topology";
import { recordedChanges, type RecordedChange } from "../engine/paper/changes";
import { planOf } from "./plans";

/** Where the recordings are: NAME.json has the engine's events, NAME.md the comment about them. */
export const recordings = resolve(__dirname, "../fixtures/previews");

/** The events that were recorded of a change. */
export function recordedEvents(name: string): EngineEvent[] {
  return JSON.parse(readFileSync(join(recordings, `${name}.json`), "utf8")) as EngineEvent[];
}

/** A recorded change by its name. */
export function changeCalled(name: string): RecordedChange {
  const change = recordedChanges.find((candidate) => candidate.name === name);
  if (change === undefined) throw new RangeError(`no recording ${name}`);
  return change;
}

/** What the mesh is to be after a change. */
export function planAfter({ to }: RecordedChange): MeshPlan {
  return planOf({ ...to, istio: { version: "1.31.1", charts: { directory: "charts" }, ...to.istio } });
}

/** The summary of a recorded change. */
export function recordedSummary(name: string, events: readonly EngineEvent[] = recordedEvents(name)): MeshSummary {
  const stacks: StackEvents[] = [{ stack: "prod", events }];
  return summarise({ stack: "prod", plan: planAfter(changeCalled(name)), stacks });
}
