import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { unexamined, type Fitness } from "../../operations/stack";
import { summarise, type MeshSummary, type StackEvents } from "../../operations/summary";
import { movedConfigurations, sitesOf, type MeshPlan } from "../../topology";
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

/** What the judge of an update says of a change: of clusters that refuse the connection, as the program told of them. */
export function fitnessOf(change: RecordedChange): Fitness {
  const { name: recording, silent = [] } = change;
  const told = recordedEvents(recording).flatMap(({ diagnosticEvent }) => diagnosticEvent?.message ?? []);
  const unreachable = sitesOf(planAfter(change))
    .filter(({ name }) => silent.includes(name))
    .map(({ name, access: { path } }) => {
      const line = told.find((message) => message.startsWith(`${path}: expected an answer`)) ?? "";
      const [, expected = "", found = ""] = /: expected (.+?), found (.+?)\. /.exec(line) ?? [];
      return [name, { path, expected, found, fix: "Start the server, or mend the address and port." }] as const;
    });
  const last = (change.from === undefined ? [] : planAfter({ ...change, to: change.from }).controlPlanes).map(
    ({ name, configCluster }) => [name, configCluster],
  );
  const refusals = movedConfigurations(planAfter(change), Object.fromEntries(last) as Record<string, string>);
  return { ...unexamined, refusals, unreachable: new Map(unreachable) };
}

/** The summary of a recorded change. */
export function recordedSummary(
  name: string,
  events: readonly EngineEvent[] = recordedEvents(name),
  trust?: MeshPlan["trust"],
): MeshSummary {
  const stacks: StackEvents[] = [{ stack: "prod", events }];
  const change = changeCalled(name);
  const plan = planAfter(change);
  return summarise({
    stack: "prod",
    plan: trust === undefined ? plan : { ...plan, trust },
    stacks,
    fitness: fitnessOf(change),
  });
}
