import assert from "node:assert/strict";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import fc from "fast-check";
import { condensed, IncompletePreview, Recording, summarise, type StackEvents } from "../../../operations/summary";
import { recordedChanges } from "../../engine/paper/changes";
import { changeCalled, fitnessOf, planAfter, recordedEvents, recordedSummary } from "../../support/previews";

const names = recordedChanges.map(({ name }) => name);

/** An error as the engine tells it. */
function errorEvent(message: string): EngineEvent {
  return { sequence: 0, timestamp: 0, diagnosticEvent: { message, severity: "error", color: "never" } };
}

/** The events of one stack as those of two: what is of a cluster, and what is the whole mesh's. */
function cut(events: readonly EngineEvent[], cluster: string): StackEvents[] {
  const isOwn = ({ resourcePreEvent, diagnosticEvent }: EngineEvent): boolean =>
    (resourcePreEvent?.metadata.urn ?? diagnosticEvent?.urn ?? "").includes(`::mesh-${cluster}-`);
  const ended = (part: readonly EngineEvent[]): EngineEvent[] => {
    const resourceChanges: Record<string, number> = {};
    for (const { resourcePreEvent } of part) {
      const metadata = resourcePreEvent?.metadata;
      if (metadata?.logical !== true || /::default(_|$)/.test(metadata.urn)) continue;
      resourceChanges[metadata.op] = (resourceChanges[metadata.op] ?? 0) + 1;
    }
    const summaryEvent = { maybeCorrupt: false, durationSeconds: 1, resourceChanges, policyPacks: {} };
    return [...part, { sequence: 0, timestamp: 0, summaryEvent }];
  };
  const told = events.filter(({ summaryEvent }) => summaryEvent === undefined);
  return [
    { stack: "prod.trust", events: ended(told.filter((event) => !isOwn(event))) },
    { stack: `prod.${cluster}`, events: ended(told.filter(isOwn)) },
  ];
}

describe("the events of a preview", () => {
  it("say nothing when the end is missing: it is an error, and never `no changes`", () => {
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.double({ min: 0, max: 1, noNaN: true }), (name, share) => {
        const all = recordedEvents(name);
        const end = all.findIndex(({ summaryEvent }) => summaryEvent !== undefined);
        const cutOff = all.slice(0, Math.min(Math.floor(share * all.length), end));
        if (cutOff.some(({ diagnosticEvent }) => diagnosticEvent?.severity === "error")) {
          assert.equal(recordedSummary(name, cutOff).outcome, "failed");
        } else {
          assert.throws(() => recordedSummary(name, cutOff), IncompletePreview);
        }
      }),
    );
  });

  it("say nothing when one in the middle is missing", () => {
    for (const name of ["cluster-joins", "root", "nothing"]) {
      const all = recordedEvents(name);
      for (const [index, { resourcePreEvent }] of all.entries()) {
        const metadata = resourcePreEvent?.metadata;
        // The two steps that a replacement is made of stand beside one that is counted.
        if (metadata?.logical !== true || /::default(_|$)/.test(metadata.urn)) continue;
        const broken = all.toSpliced(index, 1);
        assert.throws(
          () => recordedSummary(name, broken),
          /stack prod: expected the events of a whole preview, found \d+ of \d+ resources with the step/,
        );
      }
    }
  });

  it("are an error when there are none", () => {
    assert.throws(() => recordedSummary("nothing", []), IncompletePreview);
    const plan = planAfter(changeCalled("nothing"));
    assert.throws(() => summarise({ stack: "prod", plan, stacks: [] }), IncompletePreview);
  });

  it("are those of a failed preview when an error is among them, whatever else they say", () => {
    const summary = recordedSummary("nothing", [...recordedEvents("nothing"), errorEvent("no such luck")]);
    assert.equal(summary.outcome, "failed");
    assert.deepEqual(summary.failures, ["no such luck"]);
  });

  it("are those of a failed preview when Pulumi ended with an error that they do not have", () => {
    const stacks = [{ stack: "prod", events: recordedEvents("nothing").slice(0, 10) }];
    const plan = planAfter(changeCalled("nothing"));
    const summary = summarise({ stack: "prod", plan, stacks, failure: "ended by SIGKILL" });
    assert.equal(summary.outcome, "failed");
    assert.deepEqual(summary.failures, ["ended by SIGKILL"]);
  });

  it("are kept as far as they are needed: what is kept says the same, and keeping again changes nothing", () => {
    const event = {
      sequence: 3,
      timestamp: 4,
      resourcePreEvent: {
        metadata: {
          op: "same",
          urn: "urn:pulumi:prod::isthmus::isthmus:index:Mesh$isthmus:index:RootCa$tls:index/privateKey:PrivateKey::mesh-root-key",
          type: "tls:index/privateKey:PrivateKey",
          provider: "",
          old: {
            type: "",
            urn: "urn:pulumi:prod::isthmus::isthmus:index:Mesh$isthmus:index:RootCa$tls:index/privateKey:PrivateKey::mesh-root-key",
            id: "1",
            parent: "",
            provider: "",
            inputs: { algorithm: "ECDSA" },
            outputs: {},
          },
        },
      },
    } satisfies EngineEvent;
    const kept = condensed(event);
    assert.deepEqual(Object.keys(kept?.resourcePreEvent?.metadata ?? {}), ["op", "urn", "type", "provider"]);
    for (const name of names) {
      const recording = new Recording("prod");
      for (const one of recordedEvents(name)) recording.take(one);
      assert.deepEqual(recording.events.events, recordedEvents(name));
    }
  });

  it("of configuration, debugging and progress are not kept: secrets may stand in them", () => {
    const stamp = { sequence: 1, timestamp: 2 };
    const of = (severity: string, ephemeral = false): EngineEvent =>
      ({ ...stamp, diagnosticEvent: { message: "hidden", severity, ephemeral, color: "never" } }) as EngineEvent;
    assert.equal(condensed(of("debug")), undefined);
    assert.equal(condensed(of("info")), undefined);
    assert.equal(condensed(of("warning", true)), undefined);
    assert.equal(condensed({ ...stamp, stdoutEvent: { message: "hidden", color: "never" } }), undefined);
    const prelude = condensed({ ...stamp, preludeEvent: { config: { "isthmus:mesh": "hidden" } } });
    assert.deepEqual(prelude, { ...stamp, preludeEvent: { config: {} } });
  });
});

describe("previews of several stacks of one mesh", () => {
  it("come to the same as that of one stack", () => {
    for (const name of names) {
      const whole = recordedSummary(name);
      const stacks = cut(recordedEvents(name), "west");
      const change = changeCalled(name);
      const summary = summarise({ stack: "prod", plan: planAfter(change), stacks, fitness: fitnessOf(change) });
      assert.deepEqual({ ...summary, changes: undefined }, { ...whole, changes: undefined }, name);
    }
  });

  it("are an error when one of them is not whole", () => {
    const [trust, west] = cut(recordedEvents("upgrade"), "west");
    assert.ok(trust && west);
    const stacks = [trust, { ...west, events: west.events.slice(0, -1) }];
    const plan = planAfter(changeCalled("upgrade"));
    assert.throws(() => summarise({ stack: "prod", plan, stacks }), /stack prod\.west: .*no end of it/);
  });
});
