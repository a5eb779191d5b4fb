import assert from "node:assert/strict";
import { EventSink, type MeshEvent } from "../../../operations/events";

describe("the sink of an operation's events", () => {
  it("stamps each with its stack and the seconds since the operation began", () => {
    const events: MeshEvent[] = [];
    let nowMs = 5_000;
    const sink = new EventSink(
      (event) => events.push(event),
      () => nowMs,
    );
    sink.emit("prod.east", { type: "stack-started" });
    nowMs += 1_234.6;
    sink.emit("prod.west", { type: "stack-waits", waitsFor: ["prod.trust"] });
    assert.deepEqual(events, [
      { type: "stack-started", stack: "prod.east", seconds: 0 },
      { type: "stack-waits", waitsFor: ["prod.trust"], stack: "prod.west", seconds: 1.235 },
    ]);
    assert.equal(sink.failure, undefined);
  });

  it("goes on without a listener that throws, and knows what it threw", () => {
    const thrown = new Error("no room");
    let calls = 0;
    const sink = new EventSink(() => {
      calls++;
      throw thrown;
    });
    sink.emit("dev", { type: "notice", message: "one" });
    sink.emit("dev", { type: "notice", message: "two" });
    assert.equal(calls, 1);
    assert.deepEqual(sink.failure, { error: thrown });
  });
});
