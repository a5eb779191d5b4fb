import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { checks } from "../../../operations/verify";
import { planOf, twoPrimaries } from "../../support/plans";

const page = readFileSync(join(__dirname, "../../../docs/checks.md"), "utf8");

describe("the table of checks", () => {
  it("has each id once", () => {
    const ids = checks.map(({ id }) => id);
    assert.deepEqual(ids, [...new Set(ids)]);
  });

  for (const [index, check] of checks.entries()) {
    describe(check.id, () => {
      it("needs only checks above it", () => {
        const above = checks.slice(0, index).map(({ id }) => id);
        assert.deepEqual(
          check.needs.filter((id) => !above.includes(id)),
          [],
        );
      });

      it("has its section in docs/checks.md, and its row with the same words", () => {
        assert.match(page, new RegExp(`^## ${check.id}$`, "m"));
        const row = page.split("\n").find((line) => line.startsWith(`| [${check.id}](#${check.id})`));
        const [, , title, , needs, retry] = row?.split("|").map((cell) => cell.trim()) ?? [];
        assert.equal(title, check.title);
        assert.equal(needs, check.needs.join(", "));
        assert.equal(retry, `${check.retryMs / 1000} s`);
      });

      it("says what to do, as a sentence", () => {
        assert.match(check.hint, /^[A-Z].*\.$/);
      });
    });
  }

  it("asks of a mesh on one network nothing about gateways, and of one cluster nothing about others", () => {
    const subjectsOf = (networks: Record<string, string>): Record<string, number> => {
      const clusters = Object.entries(networks).map(
        ([name, network]) => [name, { network, access: { context: name } }] as const,
      );
      const plan = planOf({ ...twoPrimaries, clusters: Object.fromEntries(clusters) });
      return Object.fromEntries(checks.map((check) => [check.id, check.subjects(plan).length]));
    };
    const count = (networks: Record<string, string>): number[] => {
      const counts = subjectsOf(networks);
      return [
        counts["gateway-ready"] ?? -1,
        counts["remote-clusters-synced"] ?? -1,
        counts["helloworld-reached"] ?? -1,
      ];
    };
    assert.deepEqual(count({ east: "a", west: "b" }), [2, 2, 4]);
    assert.deepEqual(count({ east: "a", west: "a" }), [0, 2, 4]);
    assert.deepEqual(count({ east: "a" }), [0, 0, 1]);
  });
});
