import assert from "node:assert/strict";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { fitnessFrom, unexamined } from "../../../operations/stack/fitness";
import { PulumiError } from "../../../operations/stack";
import {
  interruptions,
  summarise,
  summarisePreview,
  toLines,
  toMarkdown,
  type MeshSummary,
} from "../../../operations/summary";
import { ConfigurationError, formatProblem, type Problem } from "../../../topology";
import { changeCalled, planAfter, recordedEvents } from "../../support/previews";

const foreign: Problem = {
  path: "isthmus:mesh.id",
  expected: "acme, the id of the mesh of west",
  found: "mesh1",
  fix: "Mend the id, or name another cluster.",
};
const rights: Problem = {
  path: "isthmus:mesh.clusters.west.access.context",
  expected: "a user who may install Istio",
  found: "one who may not create namespaces",
  fix: "Give the user these rights.",
};

function diagnostic(severity: "warning" | "error", message: string): EngineEvent {
  return { sequence: 0, timestamp: 0, diagnosticEvent: { message, severity, color: "never" } };
}

/** A preview of a change that an update refuses, of which the program tells as it does. */
function refused(name: string, told: EngineEvent = diagnostic("warning", formatProblem(foreign))): MeshSummary {
  const stacks = [{ stack: "prod", events: [...recordedEvents(name), told] }];
  const fitness = { ...unexamined, refusals: [foreign] };
  return summarise({ stack: "prod", plan: planAfter(changeCalled(name)), stacks, fitness });
}

describe("a preview of what an update would refuse", () => {
  it("is refused, whatever would change, and never says that traffic goes on", () => {
    for (const name of ["nothing", "cluster-joins", "gateway-port", "failed"]) {
      const summary = refused(name);
      assert.equal(summary.outcome, "refused", name);
      assert.deepEqual(summary.refusals, [foreign]);
      assert.doesNotMatch(
        `${toMarkdown(summary)}${toLines(summary).join("\n")}`,
        /Traffic goes on|Nothing would change/,
      );
    }
  });

  it("has the refusals first, then the risks, and repeats no refusal among the warnings", () => {
    const summary = refused("gateway-port");
    assert.deepEqual(summary.warnings, []);
    assert.ok(interruptions(summary).length > 0);
    for (const text of [toMarkdown(summary), toLines(summary).join("\n")]) {
      const at = text.indexOf("expected acme, the id of the mesh of west, found mesh1");
      assert.ok(at > 0);
      assert.ok(at < text.indexOf("takes port 15444"));
      assert.equal(text.indexOf("expected acme", at + 1), -1);
    }
    assert.match(toMarkdown(summary), /\*\*An update would refuse this, and change nothing\.\*\*\n\n#### Refused\n/);
    assert.match(toLines(summary).join("\n"), /^prod: An update would refuse this, and change nothing\.\n\nRefused, /);
  });

  it("is refused too where the program itself could not go on, and says everything once", () => {
    const summary = refused("nothing", diagnostic("error", `Error: ${formatProblem(foreign)}`));
    assert.deepEqual([summary.outcome, summary.failures], ["refused", []]);
  });

  it("keeps every other failure", () => {
    const summary = refused("nothing", diagnostic("error", "no such luck"));
    assert.deepEqual([summary.outcome, summary.failures], ["refused", ["no such luck"]]);
    assert.match(toMarkdown(summary), /The preview failed[^]*no such luck/);
  });

  it("takes what the judge of the update says, also where the preview failed", async () => {
    const mesh = { stack: "prod", plan: planAfter(changeCalled("nothing")) };
    for (const end of [undefined, new PulumiError("preview", "", "", 255)]) {
      const summary = await summarisePreview(mesh, (listen, examined) => {
        for (const event of recordedEvents("nothing")) listen("prod", event);
        examined({ ...unexamined, refusals: [foreign] });
        return end === undefined ? Promise.resolve() : Promise.reject(end);
      });
      assert.deepEqual([summary.outcome, summary.refusals], ["refused", [foreign]]);
    }
  });
});

describe("the fitness of clusters for an update", () => {
  it("leaves out what only this user may not do: a preview need not be able to write", async () => {
    const found = await fitnessFrom(() =>
      Promise.resolve({ problems: [foreign, rights], rights: [rights], unreachable: new Map() }),
    );
    assert.deepEqual([found.refusals, found.rights], [[foreign], [rights]]);
  });

  it("is a refusal where the judge itself cannot begin", async () => {
    const found = await fitnessFrom(() => Promise.reject(new ConfigurationError([foreign])));
    assert.deepEqual(found.refusals, [foreign]);
    await assert.rejects(
      fitnessFrom(() => Promise.reject(new TypeError("ours"))),
      TypeError,
    );
  });
});

describe("a cluster that could not be looked at", () => {
  const path = "isthmus:mesh.clusters.west.access.context";
  const jargon: EngineEvent = {
    sequence: 0,
    timestamp: 0,
    diagnosticEvent: {
      message: "Cluster is unreachable but skipUpdateUnreachable flag is set to true, skipping...",
      severity: "warning",
      color: "never",
      urn: "urn:pulumi:paper::isthmus::isthmus:index:Mesh$isthmus:index:SystemNamespace$kubernetes:core/v1:Namespace::mesh-west-system-namespace",
    },
  };
  const old = diagnostic("warning", `${path}: expected Kubernetes 1.27, found 1.24.3. Upgrade the cluster.`);

  function reasonOf(fitness: Partial<typeof unexamined>): string | undefined {
    const stacks = [{ stack: "prod", events: [old, ...recordedEvents("nothing"), jargon, jargon] }];
    const plan = planAfter(changeCalled("nothing"));
    const { unseen, warnings } = summarise({ stack: "prod", plan, stacks, fitness: { ...unexamined, ...fitness } });
    assert.deepEqual(warnings, [`${path}: expected Kubernetes 1.27, found 1.24.3. Upgrade the cluster.`]);
    assert.equal(unseen.length, 1);
    return unseen[0]?.reason;
  }

  it("is told with what was wrong in reaching it, and not with whatever else was said of it first", () => {
    const unauthorized = {
      path,
      expected: "credentials that west accepts",
      found: "others (401)",
      fix: "Log in again.",
    };
    const silent = { path, expected: "an answer from west", found: "none within 5 s", fix: "Connect to its network." };
    assert.equal(reasonOf({}), "Pulumi's provider cannot ask it");
    assert.equal(
      reasonOf({ refusals: [unauthorized] }),
      "others (401), instead of credentials that west accepts. Log in again.",
    );
    assert.equal(
      reasonOf({ unreachable: new Map([["west", silent]]) }),
      "none within 5 s, instead of an answer from west. Connect to its network.",
    );
  });
});

describe("a cluster whose stack goes as a whole", () => {
  it("leaves, though no preview tells of it", () => {
    const stacks = [{ stack: "prod.trust", events: recordedEvents("nothing") }];
    const plan = planAfter(changeCalled("nothing"));
    const summary = summarise({ stack: "prod", plan, stacks, fitness: { ...unexamined, leaving: ["south"] } });
    assert.deepEqual(
      summary.risks.map(({ id, clusters }) => [id, ...clusters]),
      [["cluster-leaves", "south"]],
    );
    assert.equal(summary.outcome, "changes");
  });

  it("says nothing of namespaces that nobody could see", () => {
    const plan = planAfter(changeCalled("namespaces"));
    const stacks = [{ stack: "prod", events: recordedEvents("namespaces") }];
    const [seen = "", unseen = ""] = [[], ["west"]].map((names) => {
      const unreachable = new Map(names.map((name) => [name, { ...rights, found: `none from ${name}` }]));
      const { clusters } = summarise({ stack: "prod", plan, stacks, fitness: { ...unexamined, unreachable } });
      const changes = clusters.find(({ name }) => name === "west")?.changes ?? [];
      return changes.map(({ words }) => words).find((words) => words.startsWith("namespace shop "));
    });
    assert.equal(seen, "namespace shop is made");
    assert.equal(unseen, "namespace shop is made, or gets its labels if it is there");
  });

  it("says nothing of credentials that were renewed, as they are for each run where they are short-lived", () => {
    const plan = planAfter(changeCalled("nothing"));
    const events = recordedEvents("nothing").map((event): EngineEvent => {
      const { resourcePreEvent, summaryEvent } = event;
      if (summaryEvent !== undefined) {
        const { same = 0 } = summaryEvent.resourceChanges;
        return { ...event, summaryEvent: { ...summaryEvent, resourceChanges: { same: same - 1, update: 1 } } };
      }
      if (resourcePreEvent?.metadata.urn.endsWith("providers:kubernetes::west") !== true) return event;
      const metadata = { ...resourcePreEvent.metadata, op: "update" as never };
      return { ...event, resourcePreEvent: { ...resourcePreEvent, metadata } };
    });
    const outcomeOf = (renewed: readonly string[]): string[] => {
      const stacks = [{ stack: "prod", events }];
      const { clusters, outcome } = summarise({ stack: "prod", plan, stacks, fitness: { ...unexamined, renewed } });
      return [outcome, ...clusters.flatMap(({ changes }) => changes.map(({ words }) => words))];
    };
    assert.deepEqual(outcomeOf([]), ["changes", "is reached by another kubeconfig"]);
    assert.deepEqual(outcomeOf(["west"]), ["none"]);
  });
});
