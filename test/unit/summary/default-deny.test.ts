import assert from "node:assert/strict";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import fc from "fast-check";
import { interruptions, toLines, toMarkdown, type MeshSummary } from "../../../operations/summary";
import { recordedEvents, recordedSummary } from "../../support/previews";

type Metadata = NonNullable<EngineEvent["resourcePreEvent"]>["metadata"];

/** A change of one resource of the recorded mesh. */
interface Changed {
  readonly urn: string;
  readonly type: string;
  readonly op: string;
  /** Where its inputs differ. */
  readonly path: readonly string[];
  readonly before: unknown;
  readonly after: unknown;
}

const standing = recordedEvents("nothing").flatMap(({ resourcePreEvent }) => {
  const { urn = "", type = "" } = resourcePreEvent?.metadata ?? {};
  return urn === "" || /^(isthmus:|pulumi:pulumi:)|^pulumi:providers:(pulumi|tls)/.test(type) ? [] : [{ urn, type }];
});

/** What the engine would tell of a mesh that stands, if so much of it changed. */
function summaryOf(changes: readonly Changed[]): MeshSummary {
  const metadataOf = ({ urn, type, op, path, before, after }: Changed): Metadata => {
    const side = (value: unknown): NonNullable<Metadata["old"]> => ({
      type,
      urn,
      id: "",
      parent: "",
      provider: "",
      inputs: path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as Record<string, unknown>,
      outputs: {},
    });
    return {
      op: op as Metadata["op"],
      urn,
      type,
      provider: "",
      logical: true,
      ...(op === "create" ? {} : { old: side(before) }),
      ...(op === "delete" ? {} : { new: side(after) }),
      diffs: [path[0] ?? ""],
    };
  };
  const changed = new Map(changes.map((change) => [change.urn, metadataOf(change)]));
  const events = recordedEvents("nothing").flatMap((event): EngineEvent[] => {
    const { resourcePreEvent, summaryEvent } = event;
    // What the engine counted of a recording does not fit any more.
    if (summaryEvent !== undefined) return [{ ...event, summaryEvent: { ...summaryEvent, resourceChanges: {} } }];
    const own = changed.get(resourcePreEvent?.metadata.urn ?? "");
    changed.delete(resourcePreEvent?.metadata.urn ?? "");
    return [own === undefined ? event : { ...event, resourcePreEvent: { metadata: own } }];
  });
  const more = [...changed.values()].map((metadata): EngineEvent => ({
    sequence: 0,
    timestamp: 0,
    resourcePreEvent: { metadata },
  }));
  return recordedSummary("nothing", [...more, ...events]);
}

const value = fc.oneof(fc.constantFrom(0, 1, 2, "a", "b", true, false), fc.string());
const key = fc.oneof(
  fc.constantFrom(
    "metadata",
    "labels",
    "annotations",
    "spec",
    "data",
    "values",
    "global",
    "pilot",
    "meshConfig",
    "type",
  ),
  fc.string({ minLength: 1 }),
);
const change = (op: fc.Arbitrary<string>, resources: readonly { urn: string; type: string }[]): fc.Arbitrary<Changed> =>
  fc
    .record({
      resource: fc.constantFrom(...resources),
      op,
      path: fc.array(key, { minLength: 1, maxLength: 4 }),
      before: value,
      after: value,
    })
    .map(({ resource, ...rest }) => ({ ...resource, ...rest }));

/** Changes of different resources. */
const changesOf = (one: fc.Arbitrary<Changed>): fc.Arbitrary<Changed[]> =>
  fc.uniqueArray(one, { selector: ({ urn }) => urn, minLength: 1, maxLength: 6 });

const known = fc.constantFrom("create", "update", "replace", "delete");

/** Resources that a later version of the program, or somebody else's code in it, may have. */
const unknownResources = [
  ["kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding", "mesh-west-reader-binding", "ReaderAccount"],
  ["kubernetes:core/v1:ServiceAccount", "mesh-west-reader-account", "ReaderAccount"],
  ["kubernetes:networking.k8s.io/v1:NetworkPolicy", "deny-all", "Mesh"],
  ["example:index/thing:Thing", "mesh-west-gateway-thing", "EastWestGateway"],
].map(([type = "", name = "", component = ""]) => ({
  type,
  urn: `urn:pulumi:paper::isthmus::isthmus:index:Mesh$isthmus:index:${component}$${type}::${name}`,
}));

function isCalm(summary: MeshSummary): boolean {
  return interruptions(summary).length === 0;
}

describe("a summary, of any steps", () => {
  it("never says that traffic goes on where anything is taken away from a cluster that stays", () => {
    fc.assert(
      fc.property(
        changesOf(change(fc.constant("delete"), standing)),
        fc.array(change(known, standing), { maxLength: 3 }),
        (gone, others) => {
          const summary = summaryOf([...others.filter(({ urn }) => !gone.some((one) => one.urn === urn)), ...gone]);
          assert.equal(isCalm(summary), false);
          const words = `${toLines(summary).join("\n")}${toMarkdown(summary)}`;
          assert.doesNotMatch(words, /Traffic goes on|Nothing would change/);
        },
      ),
    );
  });

  it("never says so of a resource, or of an operation, that it does not know", () => {
    const unknownOps = fc.constantFrom("import", "refresh-replacement", "x");
    fc.assert(
      fc.property(
        fc.oneof(change(known, unknownResources), change(unknownOps, [...standing, ...unknownResources])),
        fc.array(change(known, standing), { maxLength: 3 }),
        (one, others) => {
          assert.equal(isCalm(summaryOf([...others.filter(({ urn }) => urn !== one.urn), one])), false);
        },
      ),
    );
  });

  it("never says so of an operation on the Secret cacerts that it does not know, beside a key that is replaced", () => {
    const named = (ending: string): { urn: string; type: string } => {
      const found = standing.find(({ urn }) => urn.endsWith(ending));
      assert.ok(found);
      return found;
    };
    const rest = { path: ["metadata"], before: 0, after: 1 };
    const key = { ...named("mesh-west-intermediate-key"), op: "replace", ...rest };
    assert.equal(isCalm(summaryOf([key])), true);
    const secret = { ...named("mesh-west-system-cacerts"), op: "import", ...rest };
    const summary = summaryOf([key, secret]);
    assert.deepEqual(
      interruptions(summary).map(({ id, traffic, clusters }) => ({ id, traffic, clusters })),
      [{ id: "not-understood", traffic: "not-known", clusters: ["west"] }],
    );
  });

  it("has words or a risk for each of them, and a risk for whatever is made anew", () => {
    fc.assert(
      fc.property(change(known, standing), (one) => {
        const { clusters, meshChanges, risks } = summaryOf([one]);
        const said = [...meshChanges, ...clusters.flatMap(({ changes }) => changes)];
        assert.ok(said.length > 0);
        // A certificate with the same key is how it is renewed.
        if (one.op === "replace" && !/intermediate-(request|certificate)$/.test(one.urn)) assert.ok(risks.length > 0);
        if (said.some(({ id }) => id === "other")) assert.ok(risks.length > 0);
      }),
    );
  });

  it("takes a value of a chart for harmless only where it knows it", () => {
    const releases = standing.filter(({ type }) => type.endsWith(":Release"));
    fc.assert(
      fc.property(
        fc.constantFrom(...releases),
        fc.array(fc.stringMatching(/^[a-z][A-Za-z]{3,8}Unknown$/), { minLength: 1, maxLength: 3 }),
        (release, path) => {
          const step = { ...release, op: "update", path: ["values", ...path], before: 1, after: 2 };
          assert.equal(isCalm(summaryOf([step])), false);
        },
      ),
    );
  });
});
