import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { EngineEvents, EventSink, subjectWords, type MeshEvent } from "../../../operations/events";

/** What the engine told of a mesh of two primaries on the lab: kinds, operations and URNs, without properties. */
function recorded(operation: "up" | "destroy" | "refresh" | "preview"): EngineEvent[] {
  const file = join(__dirname, "../../fixtures/events", `${operation}.jsonl`);
  return readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as EngineEvent);
}

function told(operation: Parameters<typeof recorded>[0]): MeshEvent[] {
  const events: MeshEvent[] = [];
  const engine = new EngineEvents(new EventSink((event) => events.push(event)), "dev");
  for (const event of recorded(operation)) engine.take(event);
  assert.equal(engine.progress, "complete");
  return events;
}

/** What was done where, sorted: `east istiod`. */
function steps(events: readonly MeshEvent[], type: MeshEvent["type"], change: string): string[] {
  return events
    .flatMap((event) =>
      event.type === type && "change" in event && event.change === change
        ? [`${event.cluster ?? "mesh"} ${subjectWords(event)}`]
        : [],
    )
    .sort();
}

const ofCluster = [
  "cross-network gateway",
  "east-west gateway",
  "east-west gateway Service",
  "intermediate CA Secret cacerts",
  "intermediate CA certificate",
  "intermediate CA certificate request",
  "intermediate CA key",
  "istio-base",
  "istiod",
  "reader account token",
  "remote secret",
  "system namespace",
];
const ofMesh = [
  ...ofCluster.map((words) => `east ${words}`),
  "mesh root CA certificate",
  "mesh root CA key",
  ...ofCluster.map((words) => `west ${words}`),
];

describe("the recorded events of a mesh on the lab", () => {
  for (const [operation, change] of [
    ["up", "create"],
    ["destroy", "delete"],
  ] as const) {
    it(`say of ${operation} what began and what ended, every part of the mesh by its name`, () => {
      const events = told(operation);
      assert.deepEqual(steps(events, "step-started", change), ofMesh);
      assert.deepEqual(steps(events, "step-ended", change), ofMesh);
    });
  }

  it("say what a step waits for", () => {
    const words = told("destroy").flatMap((event) =>
      event.type === "step-progressed" ? [`${event.cluster ?? ""} ${subjectWords(event)}: ${event.message}`] : [],
    );
    assert.ok(words.includes("east east-west gateway Service: Waiting for istio-eastwestgateway to be deleted"));
  });

  it("have the warnings, and nothing of what the engine says to itself", () => {
    const diagnostics = told("destroy").flatMap((event) => (event.type === "diagnostic" ? [event] : []));
    assert.deepEqual([...new Set(diagnostics.map(({ severity }) => severity))], ["warning"]);
    const kept = diagnostics.find(({ message }) => message.startsWith("Helm uninstall returned information"));
    assert.deepEqual([kept?.cluster, kept?.component], ["west", "istio-base"]);
  });

  it("end each look of a refresh that they begin, though the engine calls its end by what it found", () => {
    const events = told("refresh");
    const begun = steps(events, "step-started", "refresh");
    assert.ok(begun.length > 0);
    assert.deepEqual(
      steps(events, "step-ended", "refresh").filter((step) => !begun.includes(step)),
      [],
    );
    assert.deepEqual(
      events.filter((event) => event.type === "step-ended" && event.found !== undefined),
      [],
    );
  });

  it("say of a preview what is planned, once", () => {
    const events = told("preview");
    const planned = steps(events, "step-planned", "create");
    assert.ok(planned.includes("mesh root CA key"));
    assert.equal(new Set(planned).size, planned.length);
    assert.deepEqual(
      events.filter(({ type }) => ["step-started", "step-ended"].includes(type)),
      [],
    );
  });
});

describe("what a refresh found", () => {
  it("is told where it is not what the state said", () => {
    const urn = "urn:pulumi:dev::isthmus::kubernetes:core/v1:Secret::own";
    const events: MeshEvent[] = [];
    const engine = new EngineEvents(new EventSink((event) => events.push(event)), "dev");
    for (const [kind, op] of [
      ["resourcePreEvent", "refresh"],
      ["resOutputsEvent", "delete"],
    ] as const) {
      engine.take({ sequence: 1, timestamp: 1, [kind]: { metadata: { op, urn } } });
    }
    assert.deepEqual(
      events.map((event) => [event.type, "found" in event ? event.found : undefined]),
      [
        ["step-started", undefined],
        ["step-ended", "gone"],
      ],
    );
  });
});
