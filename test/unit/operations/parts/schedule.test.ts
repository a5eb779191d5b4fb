import assert from "node:assert/strict";
import fc from "fast-check";
import { nextParts, type PartProgress, type Situation } from "../../../../operations/parts/schedule";
import { partDigest, type PartState } from "../../../../stacks";
import {
  isRead,
  needsOf,
  offersOf,
  parseMesh,
  partsOf,
  planMesh,
  trustPart,
  type MeshPlan,
} from "../../../../topology";
import { externalControlPlane, mixed, planOf, primaryRemote, twoPrimaries } from "../../../support/plans";
import { handoversOf, keyOf } from "./handovers";
import { validConfig } from "../../topology/arbitraries";

/** A mesh in parts as the scheduler sees it: what a part offers after an update follows from what it was made from. */
class ModelOfParts {
  readonly states = new Map<string, PartState>();
  readonly runs: string[] = [];
  /** Parts whose updates fail. */
  readonly broken = new Set<string>();
  /** Called before a part is begun. */
  onBegin: (part: string) => void = () => undefined;

  /** Brings everything up that can be, so many at a time, and gives what waits in the end. */
  up(plan: MeshPlan, parallel = 1): ReadonlyMap<string, readonly string[]> {
    const progress = new Map<string, PartProgress>();
    for (;;) {
      const { begin, waits } = nextParts(this.situation(plan, progress));
      const begun = begin.slice(0, parallel).map((part) => [part, this.digestOf(plan, part)] as const);
      if (begun.length === 0) return waits;
      for (const [part, begunWith] of begun) progress.set(part, { status: "running", begunWith });
      // All of them have read what the others offer before any of them is done.
      const made = begun.map(([part]) => [part, this.made(plan, part)] as const);
      for (const [part, state] of made) {
        this.onBegin(part);
        this.runs.push(part);
        assert.ok(this.runs.length < 1000, "it comes to an end");
        const begunWith = progress.get(part)?.begunWith ?? "";
        progress.set(part, { status: this.broken.has(part) ? "failed" : "done", begunWith });
        if (this.broken.has(part)) continue;
        if (state === undefined) this.states.delete(part);
        else this.states.set(part, state);
      }
    }
  }

  private situation(plan: MeshPlan, progress: Situation["progress"]): Situation {
    return { plan, states: this.states, progress, digestOf: (part) => this.digestOf(plan, part), extent: "changed" };
  }

  private digestOf(plan: MeshPlan, part: string): string {
    return partDigest({ plan, part, access: undefined, files: undefined, offers: this.offers() });
  }

  private offers(): Map<string, PartState["offers"]> {
    return new Map([...this.states].map(([part, { offers }]) => [part, offers]));
  }

  /** What others hand to a part, as far as they have it. */
  usesOf(plan: MeshPlan, part: string): Record<string, string> {
    return Object.fromEntries(
      handoversOf(plan)
        .filter(({ to }) => to === part)
        .flatMap((handover) => {
          const value = this.states.get(handover.from)?.offers[handover.what];
          return value === undefined ? [] : [[keyOf(handover), value]];
        }),
    );
  }

  /** What a part still lacks. */
  lacksOf(plan: MeshPlan, part: string): string[] {
    const uses = this.usesOf(plan, part);
    return handoversOf(plan)
      .filter(({ to }) => to === part)
      .map(keyOf)
      .filter((key) => !(key in uses));
  }

  private made(plan: MeshPlan, part: string): PartState | undefined {
    if (!partsOf(plan).includes(part)) return undefined;
    const uses = this.usesOf(plan, part);
    const all = handoversOf(plan);
    for (const handover of all.filter(({ to, urgency }) => to === part && urgency === "first")) {
      assert.ok(keyOf(handover) in uses, `${part} is begun without ${keyOf(handover)}`);
    }
    const external = plan.controlPlanes.find(({ kind, name }) => kind === "external" && name === part);
    const hasIstiod = external === undefined || `${external.configCluster}:istiod-account` in uses;
    const offers = all
      .filter(({ from }) => from === part)
      .map(({ what }) => what)
      .filter((what) => {
        if (what === "istiod") return hasIstiod;
        return what.startsWith("reads.") ? hasIstiod && `${what.slice("reads.".length)}:reader` in uses : true;
      });
    return {
      offers: Object.fromEntries(offers.map((offer) => [offer, `${part}'s`])),
      uses,
      digest: this.digestOf(plan, part),
    };
  }
}

const plans = validConfig.map((config) => planMesh(parseMesh(config)));

describe("nextParts", () => {
  it("makes every mesh whole from nothing, each part with what it needs, and the trust first", () => {
    fc.assert(
      fc.property(plans, fc.integer({ min: 1, max: 4 }), (plan, parallel) => {
        const model = new ModelOfParts();
        assert.deepEqual([...model.up(plan, parallel)], []);
        assert.equal(model.runs[0], trustPart);
        for (const part of partsOf(plan)) {
          assert.deepEqual(model.lacksOf(plan, part), [], part);
          const count = model.runs.filter((run) => run === part).length;
          assert.ok(count <= 3, `${part} is updated ${count} times: ${model.runs.join(" ")}`);
        }
      }),
      { numRuns: 200 },
    );
  });

  it("begins with the trust alone when all is as it is to be", () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const model = new ModelOfParts();
        model.up(plan);
        model.runs.length = 0;
        assert.deepEqual([...model.up(plan)], []);
        assert.deepEqual(model.runs, [trustPart]);
      }),
      { numRuns: 100 },
    );
  });

  it("comes from any mesh to any other, and takes nothing away from those that wait for nobody", () => {
    fc.assert(
      fc.property(plans, plans, (before, after) => {
        const model = new ModelOfParts();
        model.up(before);
        assert.deepEqual([...model.up(after)], []);
        assert.deepEqual([...model.states.keys()].sort(), [...partsOf(after)].sort());
        for (const part of partsOf(after)) {
          assert.deepEqual(model.lacksOf(after, part), [], part);
          const { uses = {} } = model.states.get(part) ?? {};
          assert.deepEqual(uses, model.usesOf(after, part), part);
        }
      }),
      { numRuns: 200 },
    );
  });

  it("does the rest when one part fails, and says who waits for it", () => {
    const model = new ModelOfParts();
    model.broken.add("p1");
    const waits = model.up(planOf(mixed));
    // r1 has no istiod but that of p1.
    assert.deepEqual([...waits], [["r1", ["p1"]]]);
    assert.deepEqual([...model.states.keys()].sort(), ["p2", "p3", "r3", "trust"]);
    model.broken.clear();
    assert.deepEqual([...model.up(planOf(mixed))], []);
  });

  it("goes on without a trust that cannot be updated, where it offers all already", () => {
    const model = new ModelOfParts();
    model.up(planOf(twoPrimaries));
    model.broken.add(trustPart);
    model.runs.length = 0;
    const { east, west } = twoPrimaries.clusters;
    const values = { istiod: { replicaCount: 2 } };
    assert.deepEqual([...model.up(planOf({ ...twoPrimaries, clusters: { east: { ...east, values }, west } }))], []);
    assert.deepEqual(model.runs, [trustPart, "east"]);
  });

  it("takes an address away from nobody who still uses it, also when that one fails", () => {
    const model = new ModelOfParts();
    model.up(planOf(primaryRemote));
    model.broken.add("edge");
    model.runs.length = 0;
    const { edge, west } = primaryRemote.clusters;
    const both = planOf({ ...primaryRemote, clusters: { edge: { ...edge, controlPlane: "edge" }, west } });
    assert.deepEqual([...model.up(both)], [["west", ["edge"]]]);
    assert.ok("address" in (model.states.get("west")?.offers ?? {}));
    model.broken.clear();
    assert.deepEqual([...model.up(both)], []);
    assert.ok(!("address" in (model.states.get("west")?.offers ?? {})));
  });

  it("removes a part when nobody uses anything of it any more", () => {
    const model = new ModelOfParts();
    model.up(planOf(twoPrimaries));
    model.runs.length = 0;
    const { east } = twoPrimaries.clusters;
    assert.deepEqual([...model.up(planOf({ ...twoPrimaries, clusters: { east } }))], []);
    assert.deepEqual(model.runs, [trustPart, "east", "west"]);
  });

  it("keeps a part that one which fails still uses", () => {
    const model = new ModelOfParts();
    model.up(planOf(twoPrimaries));
    model.broken.add("east");
    const { east } = twoPrimaries.clusters;
    const waits = model.up(planOf({ ...twoPrimaries, clusters: { east } }));
    assert.deepEqual([...waits], [["west", ["east"]]]);
    assert.ok(model.states.has("west"));
  });

  it("lets an external istiod and its configuration cluster wait for each other's halves", () => {
    const model = new ModelOfParts();
    model.up(planOf(externalControlPlane), 2);
    assert.deepEqual(model.runs.slice(0, 4), [trustPart, "control", "east", "control"]);
  });
});

describe("needsOf", () => {
  it("is what others hand to a part, no more and no less, and as soon", () => {
    fc.assert(
      fc.property(plans, (plan) => {
        for (const part of partsOf(plan)) {
          const handed = handoversOf(plan).filter(({ to }) => to === part);
          assert.deepEqual(
            needsOf(plan, part)
              .map((need) => `${need.part}:${need.offer} ${need.urgency}`)
              .sort(),
            handed.map((handover) => `${keyOf(handover)} ${handover.urgency}`).sort(),
            part,
          );
        }
      }),
      { numRuns: 300 },
    );
  });

  it("names only what the other part offers", () => {
    fc.assert(
      fc.property(plans, (plan) => {
        for (const part of partsOf(plan)) {
          for (const need of needsOf(plan, part)) {
            assert.ok(offersOf(plan, need.part).includes(need.offer), `${part}: ${need.part} ${need.offer}`);
          }
          assert.equal(offersOf(plan, part).includes("reader"), isRead(plan, part));
        }
      }),
      { numRuns: 200 },
    );
  });
});
