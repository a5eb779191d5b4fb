import type { EngineEvent } from "@pulumi/pulumi/automation";
import { summarise, toMarkdown, type StackEvents } from "../../operations/summary";
import { recordedEvents } from "../../test/support/previews";
import { planOf, primaries } from "../../test/support/plans";
import type { Measurement } from "../result";

/** So many clusters change at once. */
export const summaryName = "summary-160";
const clusters = 160;
const rounds = 5;

/**
 * From the engine's last event to the finished comment, for an upgrade of all clusters in which the values of each change
 * otherwise, so that no two are told together. The events are the engine's own of two clusters, told again for each.
 */
export function measureSummary(_repository: string, report: (line: string) => void): Promise<Measurement[]> {
  const plan = planOf(primaries(clusters));
  const stacks = [upgradeOf(clusters)];
  const runs: number[] = [];
  let characters = 0;
  for (let round = 1; round <= rounds; round++) {
    report(`${summaryName}: round ${String(round)} of ${String(rounds)}`);
    const startMs = performance.now();
    characters = toMarkdown(summarise({ stack: "bench", plan, stacks })).length;
    runs.push((performance.now() - startMs) / 1000);
  }
  const notes = [
    `${String(stacks[0]?.events.length ?? 0)} events are kept of it; the comment has ${String(characters)} characters`,
  ];
  return Promise.resolve([{ name: summaryName, unit: "s", runs, notes }]);
}

/** The events of an upgrade of so many clusters. */
export function upgradeOf(count: number): StackEvents {
  const recorded = recordedEvents("upgrade");
  const isOwn = ({ resourcePreEvent }: EngineEvent): boolean =>
    /::(mesh-)?(east|west)(-|$)/.test(resourcePreEvent?.metadata.urn ?? "");
  const ofEast = recorded.filter((event) => isOwn(event) && JSON.stringify(event).includes("east"));
  const many = Array.from({ length: count }, (_unused, index) => copiesFor(index, ofEast)).flat();
  const others = recorded.filter((event) => !isOwn(event) && event.summaryEvent === undefined);
  const resourceChanges: Record<string, number> = {};
  for (const { resourcePreEvent } of [...others, ...many]) {
    const { op = "", urn = "" } = resourcePreEvent?.metadata ?? {};
    if (op !== "" && !/::default(_|$)/.test(urn)) resourceChanges[op] = (resourceChanges[op] ?? 0) + 1;
  }
  const summaryEvent = { maybeCorrupt: false, durationSeconds: 1, resourceChanges, policyPacks: {} };
  return { stack: "bench", events: [...others, ...many, { sequence: 0, timestamp: 0, summaryEvent }] };
}

function copiesFor(index: number, events: readonly EngineEvent[]): EngineEvent[] {
  const name = `c${String(index).padStart(3, "0")}`;
  const level = `"logging":{"level":"default:${String(index)}"},"tag":"1.31.1"`;
  return events.map((event) => {
    const text = JSON.stringify(event)
      .replaceAll("east-west", "\u0000")
      .replaceAll("east", name)
      .replaceAll("\u0000", "east-west");
    return JSON.parse(text.replaceAll('"tag":"1.31.1"', level)) as EngineEvent;
  });
}
