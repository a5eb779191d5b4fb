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

  it("lets no secret out, whatever words an event repeats", () => {
    const token = `eyJhbGciOiJSUzI1NiJ9.${"aB3".repeat(20)}.sig-nature`;
    const key = "-----BEGIN EC PRIVATE KEY-----\nMHcCAQ\n-----END EC PRIVATE KEY-----";
    const words = `token: ${token}, key: ${key}, https://me:hunter2@a.example.org, image pilot@sha256:${"0a".repeat(32)}`;
    const shown = `token: [secret], key: [secret], https://…@a.example.org, image pilot@sha256:${"0a".repeat(32)}`;
    const events: MeshEvent[] = [];
    const sink = new EventSink((event) => events.push(event));
    sink.emit("dev", { type: "diagnostic", severity: "warning", message: words });
    sink.emit("dev", { type: "stack-failed", reason: words });
    sink.emit("dev", { type: "operation-ended", operation: "up", outcome: "failed", reason: words });
    sink.emit("dev", { type: "notice", message: words });
    sink.emit("dev", { type: "stack-waits", waitsFor: [words] });
    for (const event of events) {
      assert.ok(JSON.stringify(event).includes(shown), JSON.stringify(event));
      assert.doesNotMatch(JSON.stringify(event), /hunter2|MHcCAQ|aB3aB3/);
    }
    assert.equal(events.length, 5);
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
