import assert from "node:assert/strict";
import { DiffKind, type EngineEvent } from "@pulumi/pulumi/automation";
import { unexamined } from "../../../operations/stack";
import { interruptions, summarise, type MeshSummary } from "../../../operations/summary";
import { changeCalled, planAfter, recordedEvents } from "../../support/previews";

type Metadata = NonNullable<EngineEvent["resourcePreEvent"]>["metadata"];
type Op = "create" | "delete" | "import" | "replace" | "same" | "update";

interface Told {
  readonly tokens: readonly string[];
  readonly used: string;
  /** Steps of west's tokens, by their names. */
  readonly steps: Readonly<Record<string, Op>>;
  /** What the last update said. Default: it had no token with a name. */
  readonly lastUsed?: string;
  /** What would be done to the remote secret of east. Default: nothing. */
  readonly remoteSecret?: Op;
}

/** What a preview of two clusters that stand would tell. */
function told({ tokens, used, steps, lastUsed, remoteSecret = "same" }: Told): MeshSummary {
  const plan = planAfter(changeCalled("nothing"));
  const clusters = plan.clusters.map((cluster) =>
    cluster.name === "west" ? { ...cluster, readerTokens: { tokens, used } } : cluster,
  );
  const events = recordedEvents("nothing").flatMap((event): EngineEvent[] => {
    const { resourcePreEvent, resOutputsEvent, summaryEvent } = event;
    if (summaryEvent !== undefined) return [{ ...event, summaryEvent: { ...summaryEvent, resourceChanges: {} } }];
    const stack = resOutputsEvent?.metadata;
    if (stack?.type === "pulumi:pulumi:Stack" && lastUsed !== undefined) {
      const outputs = { clusters: { west: { readerToken: lastUsed } } };
      const old = { ...stack.old, outputs } as NonNullable<Metadata["old"]>;
      return [{ ...event, resOutputsEvent: { ...resOutputsEvent, metadata: { ...stack, old } } }];
    }
    const metadata = resourcePreEvent?.metadata;
    if (metadata?.urn.endsWith("::mesh-east-remote-clusters-secret") === true) {
      const detailedDiff = { "data.west": { diffKind: DiffKind.update, inputDiff: true } };
      return [{ ...event, resourcePreEvent: { metadata: { ...metadata, op: remoteSecret, detailedDiff } } }];
    }
    if (metadata?.urn.endsWith("::mesh-west-reader-token") !== true) return [event];
    return Object.entries(steps).map(([token, op]) => ({
      ...event,
      resourcePreEvent: {
        metadata: {
          ...metadata,
          op: op,
          urn: token === "first" ? metadata.urn : `${metadata.urn}.${token}`,
        },
      },
    }));
  });
  return summarise({
    stack: "prod",
    plan: { ...plan, clusters },
    stacks: [{ stack: "prod", events }],
    fitness: unexamined,
  });
}

const wordsOf = ({ clusters }: MeshSummary): string[] =>
  clusters.flatMap(({ name, changes }) => changes.map(({ words }) => `${name}: ${words}`));
const risksOf = ({ risks }: MeshSummary): string[] => risks.map(({ id, traffic }) => `${id} ${traffic}`);

describe("a summary, of a reader's tokens", () => {
  it("tells of one that is made beside another, without a risk", () => {
    const summary = told({ tokens: ["first", "second"], used: "first", steps: { first: "same", second: "create" } });
    assert.deepEqual(wordsOf(summary), ["west: the token second is made, by which others can read it beside first"]);
    assert.deepEqual(risksOf(summary), []);
  });

  it("tells that readers are given another, without a risk", () => {
    const steps = { first: "same", second: "same" } as const;
    const summary = told({ tokens: ["first", "second"], used: "second", steps, remoteSecret: "update" });
    assert.deepEqual(wordsOf(summary), ["east: its istiod gets new kubeconfigs of west"]);
    assert.deepEqual(risksOf(summary), []);
  });

  it("tells of one that is revoked when readers have been given another", () => {
    const steps = { first: "delete", second: "same" } as const;
    const summary = told({ tokens: ["second"], used: "second", steps, lastUsed: "second" });
    assert.deepEqual(wordsOf(summary), ["west: the token first is revoked"]);
    assert.deepEqual(risksOf(summary), ["reader-token-revoked not-interrupted"]);
  });

  it("takes one that readers go by until then for what ends calls, whatever its name", () => {
    const first = told({ tokens: ["second"], used: "second", steps: { first: "delete", second: "create" } });
    assert.deepEqual(risksOf(first), ["reader-token-in-use interrupted"]);
    const steps = { first: "create", second: "delete" } as const;
    const second = told({ tokens: ["first"], used: "first", steps, lastUsed: "second" });
    assert.deepEqual(risksOf(second), ["reader-token-in-use interrupted"]);
  });

  it("takes one that is made anew under its name for not understood", () => {
    const steps = { first: "same", second: "replace" } as const;
    const summary = told({ tokens: ["first", "second"], used: "first", steps });
    assert.deepEqual(wordsOf(summary), ["west: the token by which others read it is made anew"]);
    assert.deepEqual(risksOf(summary), ["other-replaced not-known"]);
  });

  it("lets neither a token nor the remote secret hide an operation that nobody knows", () => {
    const tokens = ["first", "second"];
    for (const [steps, remoteSecret] of [
      [{ first: "same", second: "import" }, "same"],
      [{ first: "same", second: "create" }, "import"],
      [{ first: "import", second: "create" }, "update"],
    ] as const) {
      const summary = told({ tokens, used: "first", steps, remoteSecret });
      assert.deepEqual(
        interruptions(summary).map(({ id }) => id),
        ["not-understood"],
      );
    }
  });
});
