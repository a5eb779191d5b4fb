import assert from "node:assert/strict";
import fc from "fast-check";
import { checks } from "../../../operations/verify";
import { runChecks } from "../../../operations/verify/run";
import { select, type Selection } from "../../../operations/verify/selection";
import { ConfigurationError } from "../../../topology";
import { mixed, planOf } from "../../support/plans";

const plan = planOf(mixed);
const ids = checks.map(({ id }) => id);
const left = (selection: Selection): string[] =>
  select(checks, plan, selection).leftOut.map(({ id, reason }) => `${id}: ${reason}`);

describe("what verify is told to look at", () => {
  it("is everything where nothing is said", () => {
    const { checks: chosen, isWanted, leftOut } = select(checks, plan, {});
    assert.deepEqual(
      chosen,
      checks.filter(({ id }) => id !== "calls-answered"),
    );
    assert.deepEqual(leftOut, []);
    assert.ok(chosen.every((check) => check.subjects(plan).every((clusters) => isWanted(check, clusters))));
  });

  it("is nothing that makes something, nor what needs it, where it may have no effect", () => {
    assert.deepEqual(left({ effects: "none" }), [
      "sample-ready: it makes something in the clusters",
      "workload-chain: it needs sample-ready",
      "helloworld-reached: it needs sample-ready",
      "services-cluster-local: it needs sample-ready",
      "global-service-answered: it needs sample-ready",
    ]);
  });

  it("goes on calling where it is told for how long, or where that check is named", () => {
    const wanted = (selection: Selection): string[] => {
      const { checks: chosen, isWanted } = select(checks, plan, selection);
      return chosen.filter((check) => isWanted(check, ["p1"])).map(({ id }) => id);
    };
    assert.equal(wanted({ callsForMs: 1 }).length, checks.length);
    assert.deepEqual(wanted({ only: ["calls-answered"] }), ["calls-answered"]);
    assert.deepEqual(wanted({ callsForMs: 1, only: ["istiod-ready"] }), ["istiod-ready", "calls-answered"]);
    assert.deepEqual(left({ callsForMs: 1, effects: "none", only: ["istiod-ready"] }), [
      "calls-answered: it makes something in the clusters",
    ]);
  });

  it("leaves out what is skipped, and all that needs it", () => {
    const skipped = left({ skip: ["webhook-ready"] });
    assert.deepEqual(skipped.slice(0, 2), [
      "webhook-ready: it was to be skipped",
      "sample-ready: it needs webhook-ready",
    ]);
    assert.equal(skipped.length, 6);
    assert.deepEqual(left({ only: ["istiod-ready"], skip: ["webhook-ready"] }), []);
  });

  it("is refused where there is no such check or cluster, all at once", () => {
    assert.throws(
      () => select(checks, plan, { only: ["istiod"], skip: ["x"], clusters: ["p1", "nowhere"] }),
      (error) => {
        assert.ok(error instanceof ConfigurationError);
        assert.deepEqual(
          error.problems.map(({ found, path }) => [path, found]),
          [
            ["isthmus verify --only", "istiod"],
            ["isthmus verify --skip", "x"],
            ["isthmus verify --cluster", "nowhere"],
          ],
        );
        assert.match(error.problems[0]?.fix ?? "", /cluster-reachable, istiod-ready, /);
        return true;
      },
    );
  });

  it("has of the clusters what concerns one of them, and no run breaks for what was left out", async () => {
    const some = (values: readonly string[]): fc.Arbitrary<string[] | undefined> =>
      fc.option(fc.subarray([...values]), { nil: undefined });
    const names = plan.clusters.map(({ name }) => name);
    await fc.assert(
      fc.asyncProperty(some(ids), some(ids), some(names), fc.boolean(), async (only, skip, clusters, isReadOnly) => {
        const selection: Selection = {
          ...(only === undefined ? {} : { only }),
          ...(skip === undefined ? {} : { skip }),
          ...(clusters === undefined ? {} : { clusters }),
          ...(isReadOnly ? { effects: "none" } : {}),
        };
        const { checks: chosen, isWanted } = select(checks, plan, selection);
        const table = chosen.map((check) => ({ ...check, run: () => Promise.resolve({ ok: true, message: "" }) }));
        const context = { plan, signal: new AbortController().signal } as never;
        for (const { clusters: about, id } of await runChecks(table, context, undefined, isWanted)) {
          assert.ok(only?.includes(id) !== false && skip?.includes(id) !== true, id);
          assert.ok(clusters === undefined || about.some((name) => clusters.includes(name)), about.join());
          if (isReadOnly) assert.notEqual(id, "sample-ready");
        }
      }),
      { numRuns: 50 },
    );
  });
});
