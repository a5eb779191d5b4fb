import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { checks } from "../../../operations/verify";
import type { Check, Need } from "../../../operations/verify/check";
import { runChecks } from "../../../operations/verify/run";
import type { MeshPlan } from "../../../topology";
import {
  externalControlPlane,
  mixed,
  planOf,
  primaryRemote,
  primaryRemoteNetworks,
  twoPrimaries,
} from "../../support/plans";

const page = readFileSync(join(__dirname, "../../../docs/checks.md"), "utf8");

const idOf = (need: Need): string => (typeof need === "string" ? need : need.id);
const idsOf = ({ needs }: Check): string[] => needs.map(idOf);

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
          idsOf(check).filter((id) => !above.includes(id)),
          [],
        );
      });

      it("has its section in docs/checks.md, and its row with the same words", () => {
        assert.match(page, new RegExp(`^## ${check.id}$`, "m"));
        const row = page.split("\n").find((line) => line.startsWith(`| [${check.id}](#${check.id})`));
        const [, , title, , needs, retry] = row?.split("|").map((cell) => cell.trim()) ?? [];
        assert.equal(title, check.title);
        assert.equal(needs, idsOf(check).join(", "));
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

  const subjectsOf = (id: string, plan: MeshPlan): string[] =>
    (checks.find((check) => check.id === id)?.subjects(plan) ?? []).map((clusters) => clusters.join(" "));

  it("asks what concerns an istiod of where it runs, in the mesh or outside", () => {
    const plan = planOf(externalControlPlane);
    assert.deepEqual(subjectsOf("cluster-reachable", plan), ["east", "control"]);
    for (const id of ["istiod-ready", "exposed-istiod-ready"]) assert.deepEqual(subjectsOf(id, plan), ["control"]);
    for (const id of ["webhook-ready", "sample-ready"]) assert.deepEqual(subjectsOf(id, plan), ["east"]);
    assert.deepEqual(subjectsOf("exposed-istiod-ready", planOf(twoPrimaries)), []);
    assert.deepEqual(subjectsOf("exposed-istiod-ready", planOf(mixed)), ["p1", "p3"]);
  });

  it("asks for calls between those clusters that know each other", () => {
    const { east, west } = twoPrimaries.clusters;
    const plan = planOf({ ...twoPrimaries, clusters: { east: { ...east, peers: [] }, west } });
    assert.deepEqual(subjectsOf("helloworld-reached", plan), ["east east", "west east", "west west"]);
  });

  /** Runs the table where nothing is wrong but some checks in some clusters, `istiod-ready p1`. */
  const statuses = async (plan: MeshPlan, ...broken: string[]): Promise<Record<string, string[]>> => {
    const table = checks.map((check): Check => ({
      ...check,
      retryMs: 0,
      run: (_context, clusters) =>
        Promise.resolve({ ok: !broken.includes([check.id, ...clusters].join(" ")), message: "" }),
    }));
    const context = { plan, signal: new AbortController().signal } as never;
    const found: Record<string, string[]> = {};
    for (const { id, clusters, status } of await runChecks(table, context)) {
      if (status !== "pass") (found[status] ??= []).push([id, ...clusters].join(" "));
    }
    return found;
  };

  it("has one failure where an istiod is dead, and looks at nothing that only it can give", async () => {
    const { fail, skip = [] } = await statuses(planOf(primaryRemote), "istiod-ready west");
    assert.deepEqual(fail, ["istiod-ready west"]);
    assert.deepEqual(skip.slice(0, 3), ["webhook-ready edge", "webhook-ready west", "remote-clusters-synced west"]);
    assert.ok(skip.includes("helloworld-reached edge edge"));
  });

  it("goes on everywhere else where a cluster is down", async () => {
    const { fail, skip = [] } = await statuses(planOf(mixed), "cluster-reachable p3");
    assert.deepEqual(fail, ["cluster-reachable p3"]);
    // Calls that go on are answered by every cluster, this one among them.
    const concerned = skip.filter((line) => !/ (p3|r3)( |$)/.test(line) && !line.startsWith("calls-answered"));
    assert.deepEqual(concerned, [], "what concerns neither it nor its remote is looked at");
    assert.ok(skip.includes("sample-ready r3"));
    assert.ok(!skip.some((line) => line.startsWith("remote-clusters-synced p1") || line.startsWith("shared-root")));
  });

  it("tries no call that a policy or a missing Gateway stops, and all others", async () => {
    const callsSkipped = async (plan: MeshPlan, ...broken: string[]): Promise<string[]> =>
      ((await statuses(plan, ...broken))["skip"] ?? []).filter(
        (line) => !/^(workload-chain|calls-answered)/.test(line),
      );
    const reached = (...pairs: string[]): string[] => pairs.map((pair) => `helloworld-reached ${pair}`);
    const plan = planOf(primaryRemoteNetworks);
    assert.deepEqual(
      await callsSkipped(plan, "calls-allowed west"),
      reached("edge edge", "edge west", "west edge", "west west"),
    );
    assert.deepEqual(await callsSkipped(plan, "cross-network-gateway west"), reached("edge west", "west edge"));
    assert.deepEqual(
      await callsSkipped(planOf(twoPrimaries), "calls-allowed east"),
      reached("east east", "east west", "west east"),
    );
  });

  it("warns of a cluster that may be missing, and skips what needs it", async () => {
    const { east, west } = twoPrimaries.clusters;
    const plan = planOf({ ...twoPrimaries, clusters: { east, west: { ...west, ifUnreachable: "skip" } } });
    const { fail, skip, warn } = await statuses(plan, "cluster-reachable west");
    assert.deepEqual([fail, warn], [undefined, ["cluster-reachable west"]]);
    assert.ok(skip?.includes("istiod-ready west"));
  });
});
