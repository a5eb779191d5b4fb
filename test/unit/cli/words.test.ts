import assert from "node:assert/strict";
import { CommanderError } from "commander";
import { changesLine, outputLines } from "../../../cli/changes";
import { describeFailure, formatOf, Interrupted } from "../../../cli/failure";
import { summaryLines } from "../../../cli/summary";
import { foreignLines, leftoverLines } from "../../../cli/verbs/destroy";
import { styleOf, verifyTable } from "../../../cli/verify-table";
import { UnfinishedUpdate } from "../../../operations/stack";
import type { CheckResult } from "../../../operations/verify";
import { report } from "../../../operations/verify/report";
import { ConfigurationError, type MeshConfig } from "../../../topology";
import { externalControlPlane, planOf, primaryRemote, twoPrimaries } from "../../support/plans";

const problem = { path: "clusters.east", expected: "a context", found: "none", fix: "Add it." };

describe("a failure", () => {
  it("of the configuration is told with its problems, and is a wrong usage", () => {
    assert.deepEqual(describeFailure(new ConfigurationError([problem])), {
      message: "clusters.east: expected a context, found none. Add it.",
      problems: [problem],
      exitCode: 2,
    });
  });

  it("of the arguments is a wrong usage", () => {
    const error = new CommanderError(1, "commander.unknownOption", "error: unknown option '--bogus'");
    assert.deepEqual(describeFailure(error), { message: "unknown option '--bogus'", problems: [], exitCode: 2 });
  });

  it("of the mesh is told without a stack trace, one of ours with it", () => {
    const theirs = describeFailure(new Error("pulumi up failed: no room"));
    assert.deepEqual(theirs, { message: "pulumi up failed: no room", problems: [], exitCode: 1 });
    assert.match(describeFailure(new TypeError("undefined")).trace ?? "", /TypeError: undefined\n {4}at /);
  });

  it("to reach one cluster is the mesh's, and told with its problem", () => {
    const error = new UnfinishedUpdate("cluster east was left as it is", ["east"], [problem]);
    const { exitCode, problems, trace } = describeFailure(error);
    assert.deepEqual({ exitCode, problems, trace }, { exitCode: 1, problems: [problem], trace: undefined });
  });

  it("to bring something up is told with its causes, for scripts too", () => {
    const causes = [{ cluster: "east", words: "istiod 0/1: no room" }];
    const error = new UnfinishedUpdate("pulumi up failed", ["east"], [], causes);
    assert.deepEqual(describeFailure(error), { message: "pulumi up failed", problems: [], causes, exitCode: 1 });
  });

  it("by interruption has the code of shells", () => {
    assert.equal(describeFailure(new Interrupted("Run it again.")).exitCode, 130);
  });

  it("is printed as JSON when the arguments ask for it, even if they are wrong", () => {
    for (const argv of [["verfy", "-o", "json"], ["-ojson"], ["up", "--output=json"], ["--output", "json", "x"]]) {
      assert.equal(formatOf(argv), "json", argv.join(" "));
    }
    assert.equal(formatOf(["up", "-o", "ndjson"]), "ndjson");
    for (const argv of [["verify"], ["-o", "table"], ["--stack", "json"]]) {
      assert.equal(formatOf(argv), "table", argv.join(" "));
    }
  });
});

describe("what an update did", () => {
  it("is a line without zeros", () => {
    assert.equal(changesLine({ stack: "dev", changes: { create: 12, update: 0, same: 3 } }), "dev: create 12, same 3");
    assert.equal(changesLine({ stack: "dev", changes: {} }), "dev: no changes");
    assert.equal(changesLine({ stack: "dev", changes: { read: 2, same: 41 } }), "dev: no changes, read 2, same 41");
  });

  it("shows outputs at any depth", () => {
    assert.deepEqual(outputLines({ mesh: { id: "mesh1" }, addresses: ["a", "b"] }), [
      "  mesh:",
      "    id: mesh1",
      "  addresses: a, b",
    ]);
    const roots = [{ name: "first", ends: { at: "2036" } }, { name: "2031" }];
    assert.deepEqual(outputLines({ roots }), [
      "  roots:",
      "    - name: first",
      "      ends:",
      "        at: 2036",
      "    - name: 2031",
    ]);
  });
});

describe("the table of verify", () => {
  const result = (id: string, status: CheckResult["status"], parts: Partial<CheckResult> = {}): CheckResult => ({
    id,
    clusters: ["east"],
    status,
    message: `${id} ${status}`,
    hint: status === "fail" ? `mend ${id}` : "",
    ...parts,
  });
  const titles = new Map([
    ["istiod-ready", "istiod is available"],
    ["helloworld-reached", "a service is answered"],
  ]);
  const results = report([
    result("istiod-ready", "pass"),
    result("istiod-ready", "pass", { clusters: ["west"] }),
    result("helloworld-reached", "pass", { clusters: ["east", "east"] }),
    result("helloworld-reached", "fail", { clusters: ["east", "west"], message: "no answer" }),
    result("other", "skip", { message: "not checked" }),
  ]);

  it("has a line for a check, and more only for what does not hold", () => {
    assert.equal(
      verifyTable(results, titles, { colour: false, symbols: false }),
      [
        "ok   istiod is available (east, west)",
        "FAIL a service is answered (east, west)",
        "     FAIL east to west: no answer",
        "     -> mend helloworld-reached",
        "skip other (east)",
        "",
        "1 not checked",
        "3 passed, 0 warned, 1 failed, 1 skipped",
        "",
      ].join("\n"),
    );
  });

  it("says by what something is accepted, and what need not be any more", () => {
    const accepted = { finding: "calls-allowed", clusters: ["east"], reason: "meant so" };
    const denied = { id: "calls-allowed", clusters: ["east"], status: "warn", message: "denied", hint: "" } as const;
    const told = report(
      [{ ...denied, accepted: { reason: "meant so" } }],
      [],
      [accepted, { ...accepted, until: "2026-11-29" }],
      new Date("2026-11-30T10:00:00Z"),
    );
    assert.deepEqual(verifyTable(told, titles, { colour: false, symbols: false }).trim().split("\n"), [
      "WARN calls-allowed (east)",
      "     WARN east: denied",
      "       accepted: meant so",
      "",
      'accepted as "meant so": calls-allowed (east) counts again since its last day, 2026-11-29, has passed: take it out of isthmus:mesh.accepted, or give it another day',
      "0 passed, 1 warned (1 accepted), 0 failed, 0 skipped",
    ]);
  });

  it("says what was left out, once for a reason", () => {
    const leftOut = ["sample-ready", "other"].map((id) => ({ id, reason: "it was to be skipped" }));
    const [line] = verifyTable(report([], leftOut), titles, { colour: false, symbols: false }).trim().split("\n");
    assert.equal(line, "not looked at: sample-ready, other, because it was to be skipped");
  });

  it("uses symbols and colours only where they can be shown", () => {
    const utf8 = { LANG: "C.UTF-8" };
    assert.deepEqual(styleOf({ isTTY: true }, utf8), { colour: true, symbols: true });
    assert.deepEqual(styleOf({ isTTY: true }, { ...utf8, NO_COLOR: "1" }), { colour: false, symbols: true });
    assert.deepEqual(styleOf({ isTTY: true }, { LANG: "C" }), { colour: true, symbols: false });
    assert.deepEqual(styleOf({}, utf8), { colour: false, symbols: false });
    assert.match(verifyTable(results, titles, { colour: false, symbols: true }), /^✓ istiod is available/);
  });
});

describe("the summary of the demo", () => {
  it("names the clusters, the root, the times and what to try", () => {
    const built = {
      stack: "dev",
      changes: { create: 30 },
      outputs: {
        mesh: { id: "mesh1", trustDomain: "mesh1.internal", rootFingerprint: "AA:BB" },
        clusters: { east: { eastWest: { addresses: ["172.18.11.0"], port: 15443 } } },
      },
    };
    const lines = summaryLines(planOf(twoPrimaries), built, [
      { part: "lab", seconds: 12.3 },
      { part: "mesh", seconds: 20 },
    ]);
    assert.deepEqual(lines.slice(0, 6), [
      "Mesh mesh1 stands: 2 clusters, trust domain mesh1.internal",
      "  root SHA-256 AA:BB",
      "  east: multi-primary-multi-network, network east, control plane east, east-west gateway 172.18.11.0 port 15443",
      "  west: multi-primary-multi-network, network west, control plane west",
      "",
      "It took 12.3 s for the lab, 20 s for the mesh (dev: create 30).",
    ]);
    assert.ok(lines.includes("  kubectl --context lab-west get pods -A"));
  });

  it("names the istiods that serve other clusters, and where they are reached", () => {
    const summaryOf = (config: MeshConfig, addresses: Record<string, string>): string[] => {
      const controlPlanes = Object.fromEntries(Object.entries(addresses).map(([name, address]) => [name, { address }]));
      return summaryLines(planOf(config), { stack: "dev", changes: {}, outputs: { controlPlanes } }, []);
    };
    const remote = summaryOf(primaryRemote, { west: "172.18.12.1" });
    assert.ok(remote.includes("  edge: primary-remote, network west, control plane west"));
    assert.ok(remote.includes("  istiod of west serves edge, west at 172.18.12.1"));
    const external = summaryOf(externalControlPlane, { control: "172.18.13.1" });
    assert.equal(external[0], "Mesh mesh1 stands: 1 cluster, trust domain mesh1.internal");
    assert.ok(
      external.includes(
        "  istiod of control outside the mesh, with its configuration in east, serves east at 172.18.13.1",
      ),
    );
    assert.ok(external.includes("  kubectl --context lab-control get pods -A"));
    assert.ok(external.includes("  istioctl --context lab-control remote-clusters"));
  });
});

describe("what a destruction leaves", () => {
  const nothing = {
    cluster: "east",
    configMaps: [],
    customResourceDefinitions: [],
    namespaces: [],
    keptNamespaces: {},
  };

  it("is told by cluster, and nothing where there is nothing to tell", () => {
    assert.deepEqual(leftoverLines(nothing), []);
    const lines = leftoverLines({
      ...nothing,
      namespaces: ["shop"],
      keptNamespaces: { bank: ["pods/a", "pods/b", "pods/c", "pods/d", "services/a", "services/b"] },
    });
    assert.deepEqual(lines, [
      "east: removed the empty namespace shop",
      "east: kept namespace bank, which holds pods/a, pods/b, pods/c, pods/d, services/a and 1 more",
    ]);
  });

  it("says why a cluster was left alone, with its definitions", () => {
    assert.deepEqual(leftoverLines({ ...nothing, kept: "a webhook of an istiod is there: it" }), [
      "east: nothing beside was removed: a webhook of an istiod is there: it",
    ]);
  });

  it("names what others would lose, before anything is asked", () => {
    const lost = {
      cluster: "east",
      systemNamespace: ["secrets/web-tls"],
      istioResources: ["virtualservices shop/web"],
    };
    assert.deepEqual(foreignLines(lost), [
      "east: goes with istio-system, and is not of this mesh: secrets/web-tls",
      "east: goes with Istio's definitions, and is not of this mesh: virtualservices shop/web",
    ]);
  });
});
