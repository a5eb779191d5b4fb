import assert from "node:assert/strict";
import fc from "fast-check";
import { judgeSilent, type SilentClusters } from "../../../preflight/silent-clusters";
import { formatProblem, planWithout, sitesOf, type MeshConfig, type MeshPlan, type Problem } from "../../../topology";
import { externalControlPlane, mixed, planOf, sharedExternalControlPlane, topologies } from "../../support/plans";

type Setting = "fail" | "skip";

/** The configuration with some clusters to be skipped when they cannot be reached. */
function skipping(config: MeshConfig, ...names: readonly string[]): MeshConfig {
  const set = <Of extends object>(
    sites: Readonly<Record<string, Of>> = {},
  ): Record<string, Of & { ifUnreachable: Setting }> =>
    Object.fromEntries(
      Object.entries(sites).map(([name, site]) => [
        name,
        { ...site, ifUnreachable: names.includes(name) ? ("skip" as const) : ("fail" as const) },
      ]),
    );
  return {
    ...config,
    clusters: set(config.clusters),
    externalControlPlanes: set(config.externalControlPlanes),
  };
}

function silentOf(plan: MeshPlan, names: readonly string[]): Map<string, Problem> {
  return new Map(
    sitesOf(plan)
      .filter(({ name }) => names.includes(name))
      .map(({ name, path }) => [name, { path, expected: "an answer", found: `none from ${name}`, fix: "Start it." }]),
  );
}

interface Case {
  readonly config: MeshConfig;
  readonly silent: readonly string[];
  readonly belonging: readonly string[];
}

/** What becomes of a case, every problem in the one line that is shown. */
function judged({ belonging, config, silent }: Case): Record<keyof SilentClusters, readonly string[]> {
  const plan = planOf(config);
  const { failures, leftOut, problems, warnings } = judgeSilent(plan, silentOf(plan, silent), new Set(belonging));
  return {
    leftOut,
    problems: problems.map(formatProblem),
    failures: failures.map(formatProblem),
    warnings: warnings.map(formatProblem),
  };
}

const nothing = { leftOut: [], problems: [], failures: [], warnings: [] };
const says = (name: string): string =>
  `isthmus:mesh.clusters.${name}: expected an answer, found none from ${name}. Start it.`;
const all = ["p1", "p2", "p3", "r1", "r3"];

describe("judgeSilent", () => {
  it("stops everything for a new cluster that must not be missing", () => {
    assert.deepEqual(judged({ config: mixed, silent: ["p2"], belonging: [] }), {
      ...nothing,
      problems: [`${says("p2")} To join it later, set isthmus:mesh.clusters.p2.ifUnreachable to skip.`],
    });
  });

  it("leaves out a new cluster that may be missing, and what cannot be without it", () => {
    assert.deepEqual(judged({ config: skipping(mixed, "p1", "r3"), silent: ["p1", "r3"], belonging: ["p2", "p3"] }), {
      ...nothing,
      leftOut: ["p1", "r1", "r3"],
      warnings: [
        `${says("p1")} It is left out for now; the next update joins it.`,
        "isthmus:mesh.clusters.r1.controlPlane: expected a control plane that can be reached, found p1, which cannot. It is left out for now; the next update joins it.",
        `${says("r3")} It is left out for now; the next update joins it.`,
      ],
    });
  });

  it("leaves a cluster that belongs to the mesh as it is, and fails or warns as the cluster's setting says", () => {
    assert.deepEqual(judged({ config: skipping(mixed, "r3"), silent: ["p2", "r3"], belonging: all }), {
      ...nothing,
      failures: [`${says("p2")} The cluster stays as it is; run again when it answers.`],
      warnings: [`${says("r3")} The cluster stays as it is; the next update catches up.`],
    });
  });

  it("leaves the remotes of a standing primary that does not answer as they are", () => {
    assert.deepEqual(judged({ config: mixed, silent: ["p1"], belonging: all }).leftOut, []);
  });

  it("leaves out a new remote of a standing primary that does not answer: nobody could inject there", () => {
    assert.deepEqual(judged({ config: mixed, silent: ["p1"], belonging: ["p1", "p2", "p3", "r3"] }), {
      ...nothing,
      leftOut: ["r1"],
      failures: [`${says("p1")} The cluster stays as it is; run again when it answers.`],
      warnings: [
        "isthmus:mesh.clusters.r1.controlPlane: expected a control plane that can be reached, found p1, which cannot. It is left out for now; the next update joins it.",
      ],
    });
  });

  it("refuses to give a standing cluster a control plane that is left out", () => {
    const { leftOut, problems } = judged({
      config: skipping(mixed, "p1"),
      silent: ["p1"],
      belonging: ["p2", "p3", "r1", "r3"],
    });
    assert.deepEqual(leftOut, []);
    assert.deepEqual(problems, [
      "isthmus:mesh.clusters.r1.controlPlane: expected a control plane that can be reached, since r1 belongs to the mesh already, found p1, which would be left out for now. Keep the former control plane until p1 answers, then run again.",
    ]);
  });

  it("stops for a new cluster that must not be missing though its control plane may", () => {
    const { leftOut, problems, warnings } = judged({
      config: skipping(mixed, "p1"),
      silent: ["p1", "r1"],
      belonging: [],
    });
    assert.deepEqual(problems, [`${says("r1")} To join it later, set isthmus:mesh.clusters.r1.ifUnreachable to skip.`]);
    assert.deepEqual(leftOut, ["p1", "r1"]);
    assert.deepEqual(warnings, [`${says("p1")} It is left out for now; the next update joins it.`]);
  });

  it("knows a cluster that was renamed", () => {
    const { p2, ...others } = mixed.clusters;
    const config = { ...mixed, clusters: { ...others, p4: { ...p2, replaces: "p2" } } };
    for (const [setting, where] of [
      [config, "failures"],
      [skipping(config, "p4"), "warnings"],
    ] as const) {
      const found = judged({ config: setting, silent: ["p4"], belonging: all });
      assert.deepEqual([found.leftOut, found.problems, found[where].length], [[], [], 1]);
    }
  });

  describe("of an external control plane", () => {
    const external = "isthmus:mesh.externalControlPlanes.control";

    it("stops everything when it is new and must not be missing", () => {
      assert.deepEqual(judged({ config: externalControlPlane, silent: ["control"], belonging: [] }).problems, [
        `${external}: expected an answer, found none from control. Start it. To join it later, set ${external}.ifUnreachable to skip.`,
      ]);
    });

    it("leaves out all that it serves with it", () => {
      assert.deepEqual(
        judged({ config: skipping(sharedExternalControlPlane, "control"), silent: ["control"], belonging: [] }).leftOut,
        ["east", "west", "control"],
      );
    });

    it("is left out without its configuration cluster, with all that it serves, but not without another", () => {
      const config = skipping(sharedExternalControlPlane, "east", "west");
      const { leftOut, warnings } = judged({ config, silent: ["east"], belonging: [] });
      assert.deepEqual(leftOut, ["east", "west", "control"]);
      assert.equal(
        warnings.at(-1),
        `${external}.configCluster: expected a configuration cluster that can be reached, found east, which cannot. It is left out for now; the next update joins it.`,
      );
      assert.deepEqual(judged({ config, silent: ["west"], belonging: [] }).leftOut, ["west"]);
    });

    it("is not moved to a configuration cluster that is left out", () => {
      const config = skipping(sharedExternalControlPlane, "east");
      assert.deepEqual(judged({ config, silent: ["east"], belonging: ["control", "west"] }).problems, [
        "isthmus:mesh.clusters.west.controlPlane: expected a control plane that can be reached, since west belongs to the mesh already, found control, which would be left out for now. Keep the former control plane until control answers, then run again.",
        `${external}.configCluster: expected a configuration cluster that can be reached, since control belongs to the mesh already, found east, which would be left out for now. Keep the former configuration cluster until east answers, then run again.`,
      ]);
    });
  });

  it("names every silent cluster, leaves out none that belongs, and leaves a plan in which nothing is missing", () => {
    const subset = (names: readonly string[]): fc.Arbitrary<string[]> => fc.subarray([...names]);
    const cases = fc.constantFrom(...Object.values(topologies)).chain((config) => {
      const names = sitesOf(planOf(config)).map(({ name }) => name);
      return fc.record({
        config: fc.constant(config),
        skipped: subset(names),
        silent: subset(names),
        belonging: subset(names),
      });
    });
    fc.assert(
      fc.property(cases, ({ belonging, config, silent, skipped }) => {
        const plan = planOf(skipping(config, ...skipped));
        const found = judgeSilent(plan, silentOf(plan, silent), new Set(belonging));
        const told = [...found.problems, ...found.failures, ...found.warnings].map(formatProblem).join("\n");
        for (const name of silent) assert.ok(told.includes(`none from ${name}.`), `${name} is not told of`);
        for (const name of found.leftOut) assert.ok(!belonging.includes(name), `${name} belongs`);
        const rest = planWithout(plan, found.leftOut);
        const there = new Set(sitesOf(rest).map(({ name }) => name));
        for (const { controlPlane, configCluster } of rest.clusters) {
          assert.ok(there.has(controlPlane) && there.has(configCluster));
        }
      }),
      { numRuns: 500 },
    );
  });
});
