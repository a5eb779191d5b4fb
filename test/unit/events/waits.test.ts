import assert from "node:assert/strict";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { Waits } from "../../../operations/events";

const istiod = "urn:istiod";
const gateway = "urn:gateway";
const cause = "istiod 0/1: cannot pull lab.local/nothere/pilot:lab (not found)";

const step = (kind: "resourcePreEvent" | "resOutputsEvent" | "resOpFailedEvent", urn: string): EngineEvent =>
  ({ [kind]: { metadata: { urn } } }) as unknown as EngineEvent;
const begun = (urn: string): EngineEvent => step("resourcePreEvent", urn);
const stackBegins = {
  resourcePreEvent: { metadata: { urn: "urn:stack", type: "pulumi:pulumi:Stack" } },
} as unknown as EngineEvent;
const says = (urn: string, severity: string, message: string): EngineEvent =>
  ({ diagnosticEvent: { urn, severity, message } }) as unknown as EngineEvent;
const warns = (urn: string, words = cause): EngineEvent => says(urn, "warning", `warning: ${words}\n`);
const looks = (urn: string, words = cause): EngineEvent => says(urn, "warning", words);
const passes = (urn: string): EngineEvent => says(urn, "info", "istiod 0/1: starts");

/** Whether all waits are in vain some seconds after these events, each at its second. */
function inVain(atSeconds: number, ...events: readonly (readonly [seconds: number, event: EngineEvent])[]): boolean {
  const waits = new Waits();
  for (const [seconds, event] of events) waits.take(event, seconds * 1000);
  return waits.areInVain(atSeconds * 1000);
}

/** A cause that is told at each look from a second on. */
function told(urn: string, fromSeconds: number, untilSeconds: number): [seconds: number, event: EngineEvent][] {
  const looked: [number, EngineEvent][] = [[fromSeconds, warns(urn)]];
  for (let second = fromSeconds; second <= untilSeconds; second += 3) {
    looked.push([second, looks(urn, `istiod 0/1: crashes (back-off ${second} s)`)]);
  }
  return looked;
}

describe("the waits of an update", () => {
  it("are in vain once nothing is under way but what somebody must mend, for some time", () => {
    const events = [[0, stackBegins], [0, begun(istiod)], ...told(istiod, 10, 60)] as const;
    assert.equal(inVain(34, ...events.filter(([seconds]) => seconds <= 34)), false);
    assert.equal(inVain(36, ...events.filter(([seconds]) => seconds <= 36)), true);
  });

  it("are not while anything else goes on, or has just ended", () => {
    const stuck = [[0, begun(istiod)], ...told(istiod, 10, 60)] as const;
    assert.equal(inVain(60, ...stuck, [12, begun(gateway)]), false);
    assert.equal(inVain(60, ...stuck, [12, begun(gateway)], [50, step("resOutputsEvent", gateway)]), false);
    assert.equal(inVain(60, ...stuck, [12, begun(gateway)], [39, step("resOpFailedEvent", gateway)]), true);
    assert.equal(inVain(60, ...stuck, [12, begun(gateway)], ...told(gateway, 20, 60)), true);
    assert.equal(inVain(60, ...stuck, [12, begun(gateway)], ...told(gateway, 50, 60)), false);
  });

  it("are not where the cause is told no more, or passes", () => {
    assert.equal(inVain(60, [0, begun(istiod)], ...told(istiod, 10, 40)), false);
    const passing = [10, 13, 16, 60].map((second) => [second, passes(istiod)] as const);
    assert.equal(inVain(60, [0, begun(istiod)], ...passing), false);
    assert.equal(inVain(60, [0, begun(istiod)], [10, warns(istiod, "some other warning")]), false);
  });

  it("are none of a step that has ended, nor of no step at all", () => {
    assert.equal(inVain(60, [0, begun(istiod)], ...told(istiod, 10, 60), [40, step("resOutputsEvent", istiod)]), false);
    assert.equal(inVain(60), false);
  });
});
