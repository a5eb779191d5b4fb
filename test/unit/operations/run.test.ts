import assert from "node:assert/strict";
import type { Check, CheckResult, Finding, VerifyContext } from "../../../operations/verify/check";
import { pauseAfter, runChecks } from "../../../operations/verify/run";
import { planOf, twoPrimaries } from "../../support/plans";
import { verifyContext } from "../../support/verify-context";

const plan = planOf(twoPrimaries);

function context(signal = new AbortController().signal): VerifyContext {
  return verifyContext({ plan, signal });
}

function check(id: string, parts: Partial<Check> = {}): Check {
  return {
    id,
    title: id,
    hint: `mend ${id}.`,
    severity: "fatal",
    needs: [],
    retryMs: 0,
    subjects: () => [["east"], ["west"]],
    run: () => Promise.resolve({ ok: true, message: "good" }),
    ...parts,
  };
}

const failing = (): Promise<Finding> => Promise.resolve({ ok: false, message: "bad" });
const brief = (results: readonly CheckResult[]): string[] =>
  results.map(({ id, clusters, status }) => `${id} ${clusters.join("+")} ${status}`);

describe("runChecks", () => {
  it("gives a result for each check and set of clusters, in the order of the table", async () => {
    const results = await runChecks([check("a"), check("b", { subjects: () => [["east", "west"]] })], context());
    assert.deepEqual(brief(results), ["a east pass", "a west pass", "b east+west pass"]);
    assert.deepEqual(results[0], { id: "a", clusters: ["east"], status: "pass", message: "good", hint: "" });
  });

  it("names the section of the page in the hint of a failure", async () => {
    const [result] = await runChecks([check("a", { run: failing })], context());
    assert.equal(result?.status, "fail");
    assert.equal(result.message, "bad");
    assert.equal(result.hint, "mend a. See docs/checks.md#a.");
  });

  it("skips what needs a failed check in the same cluster, and only there", async () => {
    const results = await runChecks(
      [
        check("a", {
          run: (_, [cluster]) => (cluster === "east" ? failing() : Promise.resolve({ ok: true, message: "" })),
        }),
        check("b", { needs: ["a"] }),
        check("c", { needs: ["b"] }),
        check("pair", {
          needs: ["a"],
          subjects: () => [
            ["west", "west"],
            ["west", "east"],
          ],
        }),
      ],
      context(),
    );
    assert.deepEqual(brief(results), [
      "a east fail",
      "a west pass",
      "b east skip",
      "b west pass",
      "c east skip",
      "c west pass",
      "pair west+west pass",
      "pair west+east skip",
    ]);
    assert.equal(results[2]?.message, "not checked, because a (east) did not pass");
    assert.equal(results[4]?.message, results[2].message, "the reason is what failed, and not what was skipped for it");
  });

  it("skips a check of the whole mesh when nothing is left to look at", async () => {
    const results = await runChecks(
      [
        check("a", { run: failing }),
        check("b", {
          needs: [{ id: "a", of: (_plan, clusters) => clusters, otherwise: "leave out" }],
          retryMs: 60_000,
          subjects: () => [["east", "west"]],
          run: (_context, clusters, without) =>
            Promise.resolve({ ok: false, message: "nobody", isVoid: clusters.every((name) => without.has(name)) }),
        }),
      ],
      context(),
    );
    assert.deepEqual(brief(results), ["a east fail", "a west fail", "b east+west skip"]);
    assert.equal(results[2]?.message, "not checked, because a (east) did not pass");
  });

  it("waits for a check whose result it only waits for, and needs it neither to hold nor to be there", async () => {
    const order: string[] = [];
    const slow = async (): Promise<Finding> => {
      await new Promise((resolve) => setImmediate(resolve));
      order.push("a");
      return failing();
    };
    const waiting = check("b", {
      needs: [{ id: "a", of: (_plan, clusters) => clusters, otherwise: "wait" }],
      subjects: () => [["east", "west"]],
      run: (_context, _clusters, without) => {
        order.push("b");
        return Promise.resolve({ ok: without.size === 0, message: "" });
      },
    });
    const results = await runChecks([check("a", { run: slow }), waiting], context());
    assert.deepEqual(brief(results), ["a east fail", "a west fail", "b east+west pass"]);
    assert.deepEqual(order, ["a", "a", "b"]);
    assert.deepEqual(brief(await runChecks([waiting], context())), ["b east+west pass"]);
  });

  it("says what to do about just what was found, where that is known", async () => {
    const run = (): Promise<Finding> => Promise.resolve({ ok: false, message: "bad", hint: "Log in again." });
    const [result] = await runChecks([check("a", { run })], context());
    assert.equal(result?.hint, "Log in again. See docs/checks.md#a.");
  });

  it("goes on after a check that only warns", async () => {
    const results = await runChecks(
      [check("a", { severity: "warn", run: failing }), check("b", { needs: ["a"] })],
      context(),
    );
    assert.deepEqual(brief(results), ["a east warn", "a west warn", "b east pass", "b west pass"]);
  });

  it("goes on after a warning of what is no failure yet, and not after one of what the configuration tolerates", async () => {
    const warning = (): Promise<Finding> => Promise.resolve({ ok: false, message: "soon", isWarning: true });
    const dependent = check("b", { needs: ["a"] });
    const warned = await runChecks([check("a", { run: warning }), dependent], context());
    assert.deepEqual(brief(warned), ["a east warn", "a west warn", "b east pass", "b west pass"]);
    const tolerated = await runChecks([check("a", { run: failing, isTolerated: () => true }), dependent], context());
    assert.deepEqual(brief(tolerated), ["a east warn", "a west warn", "b east skip", "b west skip"]);
  });

  it("looks again until the deadline", async () => {
    let looks = 0;
    const results = await runChecks(
      [
        check("a", {
          retryMs: 5_000,
          subjects: () => [["east"]],
          run: () => {
            looks += 1;
            return looks < 3 ? Promise.reject(new Error("not yet")) : Promise.resolve({ ok: true, message: "now" });
          },
        }),
      ],
      context(),
    );
    assert.deepEqual(brief(results), ["a east pass"]);
    assert.equal(looks, 3);
  });

  it("looks again soon, and after a long wait no later than a tenth of it", () => {
    const after = [0, 1_000, 5_000, 15_000, 60_000].map(pauseAfter);
    assert.deepEqual(after, [200, 200, 500, 1_500, 2_000]);
  });

  it("looks once when there is no time to look again, and reports what was thrown", async () => {
    let looks = 0;
    const run = (): Promise<Finding> => {
      looks += 1;
      return Promise.reject(new Error("connection refused"));
    };
    const [result] = await runChecks([check("a", { subjects: () => [["east"]], run })], context());
    assert.equal(result?.message, "connection refused");
    assert.equal(looks, 1);
  });

  it("does not take a programming mistake for a broken mesh", async () => {
    const run = (): Promise<Finding> => Promise.reject(new TypeError("undefined is not a function"));
    await assert.rejects(runChecks([check("a", { run })], context()), TypeError);
  });

  it("refuses a table in which a check comes before what it needs", async () => {
    await assert.rejects(runChecks([check("b", { needs: ["a"] }), check("a")], context()), RangeError);
  });

  it("tells of each result once", async () => {
    const told: string[] = [];
    const results = await runChecks([check("a"), check("b", { needs: ["a"], run: failing })], context(), (result) =>
      told.push(result.id),
    );
    assert.equal(told.length, results.length);
  });

  it("does not look again after an interruption", async () => {
    const controller = new AbortController();
    const run = (): Promise<Finding> => {
      controller.abort();
      return failing();
    };
    const results = await runChecks([check("a", { retryMs: 60_000, run })], context(controller.signal));
    assert.deepEqual(brief(results), ["a east skip", "a west skip"]);
  });

  it("runs what is wanted and what that needs alone, and tells of a need only where it does not hold", async () => {
    const ran: string[] = [];
    const noting = (id: string, run: Check["run"] = () => Promise.resolve({ ok: true, message: "" })): Check["run"] => {
      return (given, clusters, without) => {
        ran.push(`${id} ${clusters.join("+")}`);
        return run(given, clusters, without);
      };
    };
    const table = [
      check("a", { run: noting("a") }),
      check("b", { needs: ["a"], run: noting("b") }),
      check("c", { run: noting("c") }),
    ];
    const told: CheckResult[] = [];
    const wanted = ({ id }: Check, clusters: readonly string[]): boolean => id === "b" && clusters.includes("east");
    const results = await runChecks(table, context(), (result) => told.push(result), wanted);
    assert.deepEqual(brief(results), ["b east pass"]);
    assert.deepEqual(told, results);
    assert.deepEqual(ran, ["a east", "b east"]);
    const broken = [check("a", { run: failing }), ...table.slice(1)];
    assert.deepEqual(brief(await runChecks(broken, context(), undefined, wanted)), ["a east fail", "b east skip"]);
  });

  it("looks again for as long as it is told, whatever the check's own time is", async () => {
    let looks = 0;
    const patient = check("a", {
      retryMs: 60_000,
      subjects: () => [["east"]],
      run: () => {
        looks++;
        return failing();
      },
    });
    await runChecks([patient], { ...context(), retryMs: 0 });
    assert.equal(looks, 1);
  });
});
