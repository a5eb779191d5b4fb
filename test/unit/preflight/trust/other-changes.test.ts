import assert from "node:assert/strict";
import { judgeOtherChanges } from "../../../../preflight/trust/other-changes";
import { formatProblem, type MeshConfig } from "../../../../topology";
import { planOf } from "../../../support/plans";
import { meshOf } from "../../topology/meshes";

type Generated = NonNullable<MeshConfig["trust"]>["generated"];

/** What is wanted, and what the stack knows. */
interface Case {
  readonly generated?: Generated;
  readonly clusters?: readonly string[];
  readonly version?: string;
  /** Roots that the stack has made. */
  readonly made: readonly string[];
  /** Clusters that stand, with the tag that their istiods have. */
  readonly standing?: Readonly<Record<string, string | undefined>>;
}

const installed = "1.31.1";
const both = { east: installed, west: installed };
const changing = { roots: ["first", "2031"] };

function judged({
  generated,
  clusters = ["east", "west"],
  version = installed,
  made,
  standing = both,
}: Case): string[] {
  const config = meshOf(Object.fromEntries(clusters.map((name) => [name, {}])), {
    istio: { version },
    ...(generated === undefined ? {} : { trust: { generated } }),
  });
  return judgeOtherChanges({
    plan: planOf(config),
    knowledge: {
      roots: [],
      generatedRoots: new Map(made.map((name, index) => [name, `fingerprint ${String(index)}`])),
      clusters: new Map(
        Object.entries(standing).map(([name, istioTag]) => [
          name,
          {
            belongs: true,
            state: { holds: "something", systemNamespace: "made", ...(istioTag === undefined ? {} : { istioTag }) },
          },
        ]),
      ),
    },
  }).map(formatProblem);
}

describe("Other changes while the roots of a mesh change", () => {
  const made = ["first", "2031"];
  const why = "expected no other change of the mesh while its roots change from first to 2031, found";

  it("are clusters that join and leave, and another version of Istio", () => {
    const wanted = { clusters: ["east", "north"], version: "1.31.2" };
    const [joins, leaves, version, ...rest] = judged({ generated: changing, made, ...wanted });
    assert.deepEqual(rest, []);
    assert.ok(
      joins?.startsWith(`isthmus:mesh.clusters.north: ${why} north, which joins. Take it back for now.`),
      joins,
    );
    assert.ok(leaves?.startsWith(`isthmus:mesh.clusters: ${why} none called west, which leaves.`), leaves);
    assert.ok(version?.startsWith(`isthmus:mesh.istio.version: ${why} 1.31.2 in the place of 1.31.1.`), version);
  });

  it("are none while a root is being added, where none changes, and once the former is dropped", () => {
    const wanted = { clusters: ["east", "north"], version: "1.31.2" };
    assert.deepEqual(judged({ generated: changing, made: ["first"], ...wanted }), []);
    assert.deepEqual(judged({ made: ["first"], ...wanted }), []);
    assert.deepEqual(judged({ generated: { roots: ["2031"], issuer: "2031" }, made, ...wanted }), []);
  });

  it("are none where nothing else changes, or nobody knows which version stands", () => {
    assert.deepEqual(judged({ generated: changing, made }), []);
    assert.deepEqual(
      judged({ generated: changing, made, version: "1.31.2", standing: { east: undefined, west: undefined } }),
      [],
    );
  });
});
