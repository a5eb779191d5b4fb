import assert from "node:assert/strict";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { EngineEvents, eventsOf, EventSink, type MeshEvent } from "../../../operations/events";

const urn =
  "urn:pulumi:dev::isthmus::isthmus:index:Mesh$isthmus:index:ControlPlane$kubernetes:helm.sh/v3:Release::mesh-east-control-plane-istiod";
const istiod = { cluster: "east", component: "istiod", urn };

/** An event of the engine with a step of one resource. */
function step(kind: "resourcePreEvent" | "resOutputsEvent" | "resOpFailedEvent", op: string, parts = {}): EngineEvent {
  const state = { type: "", urn, id: "", parent: "", provider: "", inputs: { values: "of no concern" }, outputs: {} };
  const metadata = { op, urn, type: "kubernetes:helm.sh/v3:Release", provider: "", new: state };
  return { sequence: 1, timestamp: 1, [kind]: { metadata, ...parts } };
}

const diagnostic = (message: string, parts = {}): EngineEvent => ({
  sequence: 1,
  timestamp: 1,
  diagnosticEvent: { message, severity: "warning", color: "never", ...parts },
});

const at = (seconds: number): Parameters<typeof eventsOf>[1] => ({ begun: new Map(), seconds });

describe("an event of the engine", () => {
  it("is a step that starts, in the words of the mesh and without the resource's properties", () => {
    assert.deepEqual(eventsOf(step("resourcePreEvent", "create"), at(1)), [
      { type: "step-started", change: "create", ...istiod },
    ]);
    assert.deepEqual(eventsOf(step("resourcePreEvent", "create-replacement"), at(1)), [
      { type: "step-started", change: "replace", ...istiod },
    ]);
  });

  it("is what is planned, once, in a preview", () => {
    const planning = { planning: true };
    assert.deepEqual(eventsOf(step("resourcePreEvent", "update", planning), at(1)), [
      { type: "step-planned", change: "update", ...istiod },
    ]);
    assert.deepEqual(eventsOf(step("resOutputsEvent", "update", planning), at(1)), []);
  });

  it("is nothing where nothing is done", () => {
    for (const op of ["same", "replace", "discard-replaced", "remove-pending-replace"]) {
      assert.deepEqual(eventsOf(step("resourcePreEvent", op), at(1)), [], op);
    }
    assert.deepEqual(eventsOf({ sequence: 1, timestamp: 1, cancelEvent: {} }, at(1)), []);
  });

  it("is nothing for components and for what is the engine's own", () => {
    for (const own of ["isthmus:index:Mesh::mesh", "pulumi:pulumi:Stack::isthmus-dev", "pulumi:providers:tls::x"]) {
      const event = step("resourcePreEvent", "create");
      Object.assign(event.resourcePreEvent?.metadata ?? {}, { urn: `urn:pulumi:dev::isthmus::${own}` });
      assert.deepEqual(eventsOf(event, at(1)), [], own);
    }
  });

  it("is a diagnostic with its cluster and how bad it is", () => {
    assert.deepEqual(eventsOf(diagnostic("  no room\n", { urn, severity: "error" }), at(1)), [
      { type: "diagnostic", severity: "error", message: "no room", ...istiod },
    ]);
    assert.deepEqual(eventsOf(diagnostic("heed this"), at(1)), [
      { type: "diagnostic", severity: "warning", message: "heed this" },
    ]);
    assert.deepEqual(eventsOf(diagnostic("\n"), at(1)), []);
    assert.deepEqual(eventsOf(diagnostic("internals", { severity: "debug" }), at(1)), []);
  });

  it("is how far a step is, where it is only said for the moment", () => {
    assert.deepEqual(eventsOf(diagnostic("waiting for pods", { urn, severity: "info", ephemeral: true }), at(1)), [
      { type: "step-progressed", message: "waiting for pods", ...istiod },
    ]);
  });

  it("is an error of a policy that must be kept, and a warning of another one", () => {
    const policyEvent = {
      resourceUrn: urn,
      message: "too short",
      color: "never",
      policyName: "key-size",
      policyPackName: "isthmus",
      policyPackVersion: "1",
      policyPackVersionTag: "1",
    };
    const severityOf = (enforcementLevel: "mandatory" | "warning"): unknown =>
      eventsOf({ sequence: 1, timestamp: 1, policyEvent: { ...policyEvent, enforcementLevel } }, at(1));
    const told = { type: "diagnostic", message: "too short", policy: "isthmus/key-size", ...istiod };
    assert.deepEqual(severityOf("mandatory"), [{ ...told, severity: "error" }]);
    assert.deepEqual(severityOf("warning"), [{ ...told, severity: "warning" }]);
  });
});

describe("the events of a run of the engine", () => {
  it("say how long each step took, also of two that are about one resource", () => {
    const events: MeshEvent[] = [];
    let nowMs = 0;
    const sink = new EventSink(
      (event) => events.push(event),
      () => nowMs,
    );
    const engine = new EngineEvents(sink, "dev");
    const later = (ms: number, event: EngineEvent): void => {
      nowMs += ms;
      engine.take(event);
    };
    later(100, step("resourcePreEvent", "create-replacement"));
    later(7_250, step("resOutputsEvent", "create-replacement"));
    later(50, step("resourcePreEvent", "delete-replaced"));
    later(600, step("resOpFailedEvent", "delete-replaced"));
    assert.deepEqual(
      events.map((event) => [event.type, "change" in event && event.change, event.seconds]),
      [
        ["step-started", "replace", 0.1],
        ["step-ended", "replace", 7.35],
        ["step-started", "delete-replaced", 7.4],
        ["step-failed", "delete-replaced", 8],
      ],
    );
    assert.deepEqual(
      events.flatMap((event) => ("tookSeconds" in event ? [event.tookSeconds] : [])),
      [7.25, 0.6],
    );
  });

  it("tell a cause in the place of what follows from it, until its resource is there", () => {
    const events: MeshEvent[] = [];
    const engine = new EngineEvents(new EventSink((event) => events.push(event)), "dev");
    const cause = "istiod 0/1: cannot pull example.com/pilot:1.31 (not found). Push it there.";
    const deadline = "Helm release failed: context deadline exceeded";
    engine.take(diagnostic(`warning: ${cause}`, { urn }));
    engine.take(diagnostic(deadline, { urn, severity: "error" }));
    engine.take(diagnostic("no luck", { urn: `${urn}-2`, severity: "error" }));
    engine.take(step("resOutputsEvent", "create"));
    engine.take(diagnostic(deadline, { urn, severity: "error" }));
    assert.deepEqual(
      events.flatMap((event) => (event.type === "diagnostic" && event.severity === "error" ? [event.message] : [])),
      [cause, "no luck", deadline],
    );
  });

  it("say once of a cluster that it does not answer, and not of each of its resources in the provider's jargon", () => {
    const events: MeshEvent[] = [];
    const engine = new EngineEvents(new EventSink((event) => events.push(event)), "dev");
    const message = "Cluster is unreachable but skipUpdateUnreachable flag is set to true, skipping...";
    const type = "isthmus:index:Mesh$isthmus:index:SystemNamespace$kubernetes:core/v1:Namespace";
    for (const cluster of ["east", "west", "east", "west"]) {
      for (const severity of ["warning", "error"] as const) {
        const urn = `urn:pulumi:dev::isthmus::${type}::mesh-${cluster}-system-namespace`;
        engine.take({ sequence: 1, timestamp: 1, diagnosticEvent: { urn, message, severity, color: "never" } });
      }
    }
    const told = events.flatMap((event) => (event.type === "diagnostic" ? [event] : []));
    assert.deepEqual(
      told
        .filter(({ severity }) => severity === "warning")
        .map(({ cluster, message: said }) => `${cluster ?? ""}: ${said}`),
      ["east", "west"].map((name) => `${name}: Pulumi's provider cannot ask it: everything in it stays as it is`),
    );
    // What ends an update is told as the provider says it.
    assert.equal(told.filter(({ severity }) => severity === "error").length, 4);
  });

  it("know whether the engine told everything", () => {
    const engine = new EngineEvents(new EventSink(), "dev");
    assert.equal(engine.progress, "not begun");
    engine.take(step("resourcePreEvent", "create"));
    assert.equal(engine.progress, "under way");
    engine.take({ sequence: 2, timestamp: 2, cancelEvent: {} });
    assert.equal(engine.progress, "complete");
  });
});
