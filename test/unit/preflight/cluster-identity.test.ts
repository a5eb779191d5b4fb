import assert from "node:assert/strict";
import fc from "fast-check";
import type { KnownCluster, MadeAnew, StackKnowledge } from "../../../preflight";
import { judgeClusters, leavesOpen, type ClusterSighting } from "../../../preflight/checks/cluster-identity";
import { formatProblem, sitesOf, type MeshConfig, type MeshPlan } from "../../../topology";
import { externalControlPlane, planOf, topologies, twoPrimaries } from "../../support/plans";

const root = `AA:BB:${"11:".repeat(29)}22`;
const otherRoot = `CC:DD:${"33:".repeat(29)}44`;

/** A cluster of the mesh as it stands. */
function standing(
  name: string,
  more: Partial<Extract<ClusterSighting["system"], { kind: "ours" }>> = {},
): ClusterSighting {
  const identity = { mesh: "mesh1", trustDomain: "mesh1.internal", cluster: name };
  const system = {
    kind: "ours",
    origin: "made",
    uid: `system-${name}`,
    identity,
    roots: [root],
    contents: "something",
  } as const;
  return { uid: `uid-${name}`, system: { ...system, ...more } };
}

/** A cluster as the stack knows it after an update. */
function known(name: string, more: Partial<KnownCluster> = {}): KnownCluster {
  const state = { holds: "something", systemNamespace: "made", systemUid: `system-${name}` } as const;
  return { belongs: true, uid: `uid-${name}`, state, ...more };
}

const killed: KnownCluster = { belongs: false, state: { holds: "something", systemNamespace: "begun" } };
const empty: KnownCluster = { belongs: false, state: { holds: "nothing", systemNamespace: "none" } };
const absent = { kind: "absent" } as const;

interface Case {
  readonly config?: MeshConfig;
  readonly seen?: Readonly<Record<string, ClusterSighting>>;
  readonly knows?: Readonly<Record<string, KnownCluster>>;
  readonly roots?: readonly string[];
  readonly madeAnew?: MadeAnew;
}

const asIs = { east: standing("east"), west: standing("west") };
const asKnown = { east: known("east"), west: known("west") };

function judged({ config = twoPrimaries, seen = {}, knows = asKnown, roots = [root], madeAnew = "refuse" }: Case): {
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
} {
  const sightings = new Map(Object.entries({ ...asIs, ...seen }));
  const knowledge: StackKnowledge = { clusters: new Map(Object.entries(knows)), roots };
  const { problems, warnings } = judgeClusters(planOf(config), sightings, knowledge, madeAnew);
  return { problems: problems.map(formatProblem), warnings: warnings.map(formatProblem) };
}

/** The one problem. */
function refusal(what: Case): string {
  const { problems } = judged(what);
  assert.equal(problems.length, 1, problems.join("\n"));
  return problems.join();
}

const nothing = { problems: [], warnings: [] };
const west = "isthmus:mesh.clusters.west.access.context";

describe("judgeClusters", () => {
  it("finds nothing where all are as the stack knows them, and where there is nothing yet", () => {
    assert.deepEqual(judged({}), nothing);
    const bare = { east: { uid: "uid-east", system: absent }, west: { uid: "uid-west", system: absent } };
    assert.deepEqual(judged({ seen: bare, knows: {}, roots: [] }), nothing);
  });

  it("learns the UIDs of a stack that an earlier release left", () => {
    const knows = Object.fromEntries(
      Object.entries(asKnown).map(([name, { belongs, state }]) => [name, { belongs, ...(state && { state }) }]),
    );
    assert.deepEqual(judged({ knows }), nothing);
    const unmarked = { west: standing("west", { identity: {} }), east: standing("east", { identity: {} }) };
    assert.deepEqual(judged({ knows, seen: unmarked }), nothing);
  });

  describe("a cluster that was made anew under its old name", () => {
    const seen = { west: { uid: "another-uid", system: absent } };

    it("is refused, and brought back by a refresh", () => {
      assert.equal(
        refusal({ seen }),
        `${west}: expected the cluster that this stack knows as west (UID of kube-system: uid-west), ` +
          "found one with the UID another-uid without istio-system: west was made anew under its old name, or the context is another cluster's. " +
          "If it was made anew, run `isthmus up --refresh`, which makes all in it again (by Pulumi alone `pulumi refresh`, then `pulumi up`); if not, name the context of west.",
      );
      const { problems, warnings } = judged({ seen, madeAnew: "accept" });
      assert.deepEqual(problems, []);
      assert.match(
        warnings.join(),
        /west was made anew.*It is taken for made anew: what is gone from it is made again\.$/,
      );
    });

    it("is refused also where an earlier release did not note its UID", () => {
      const knows = { ...asKnown, west: { belongs: true, ...(asKnown.west.state && { state: asKnown.west.state }) } };
      assert.match(refusal({ seen, knows }), /west was made anew under its old name/);
    });

    it("needs no word once the state has been refreshed, nor while it is made again", () => {
      assert.deepEqual(
        judged({ seen, knows: { ...asKnown, west: { ...empty, belongs: true, uid: "uid-west" } } }),
        nothing,
      );
      const again = { west: { ...standing("west", { uid: "new", roots: [] }), uid: "another-uid" } };
      const begun = { ...killed, belongs: true, uid: "uid-west" };
      assert.deepEqual(judged({ seen: again, knows: { ...asKnown, west: begun } }), nothing);
      const made = known("west", { state: { holds: "something", systemNamespace: "made", systemUid: "new" } });
      assert.deepEqual(judged({ seen: again, knows: { ...asKnown, west: made } }), nothing);
    });

    it("is told from one whose istio-system was deleted", () => {
      assert.equal(
        refusal({ seen: { west: { uid: "uid-west", system: absent } } }),
        `${west}: expected the namespace istio-system that the last update left in west, found none: it was deleted, with all that was in it. ` +
          "Run `isthmus up --refresh`, which makes again what is gone.",
      );
    });

    it("is known by its root where its istio-system came back from a backup", () => {
      const restored = { west: { ...standing("west", { uid: "new" }), uid: "another-uid" } };
      assert.match(refusal({ seen: restored }), /whose istio-system is a copy: west was made anew/);
      assert.deepEqual(judged({ seen: restored, madeAnew: "accept" }).problems, []);
    });
  });

  describe("another cluster behind a context", () => {
    const other = (system: ClusterSighting["system"]): Case => ({
      seen: { west: { uid: "another-uid", system } },
      madeAnew: "accept",
    });

    it("is refused, whatever is asked for, and said what it is", () => {
      assert.equal(
        refusal(other(standing("x", { uid: "other", roots: [], identity: { mesh: "mesh9", cluster: "x" } }).system)),
        `${west}: expected the cluster that this stack knows as west (UID of kube-system: uid-west), found another cluster (another-uid): one of the mesh mesh9. ` +
          "Name the context of west. If it is gone and this one is to take its place, take west out of the configuration and `isthmus forget west` first.",
      );
      assert.match(
        refusal(other({ kind: "foreign" })),
        /another cluster \(another-uid\): one with a namespace istio-system that Isthmus did not create\./,
      );
      assert.match(refusal(other({ kind: "unread" })), /another cluster \(another-uid\)\. Name the context of west/);
      const alike = standing("west", { uid: "other", roots: [] }).system;
      assert.match(
        refusal(other(alike)),
        /another cluster \(another-uid\): one with another istio-system of a mesh mesh1\./,
      );
    });

    it("is named where it is another one of the mesh", () => {
      const { problems } = judged({ seen: { west: standing("east"), east: standing("west") } });
      assert.equal(problems.length, 2);
      assert.match(
        problems.join("\n"),
        /west\.access\.context: .* found another cluster \(uid-east\): east of this mesh\./,
      );
      assert.match(
        problems.join("\n"),
        /east\.access\.context: .* found another cluster \(uid-west\): west of this mesh\./,
      );
    });
  });

  describe("a stack's file that was copied to another environment", () => {
    it("is refused by the root, of which a bundle need have but one", () => {
      const theirs = { west: standing("west", { uid: "other", roots: [otherRoot] }) };
      const knows = { ...asKnown, west: empty };
      assert.equal(
        refusal({ seen: theirs, knows }),
        `${west}: expected a cluster of this stack's mesh mesh1, whose root is AA:BB:11:11…, found one of another mesh mesh1, whose root is CC:DD:33:33…. ` +
          "If the stack's file was copied for another environment, give the mesh an `id` of its own and name the contexts of its own clusters; else name the context of west.",
      );
      const rotating = { west: standing("west", { roots: [otherRoot, root] }) };
      assert.deepEqual(judged({ seen: rotating }), nothing);
      assert.deepEqual(judged({ roots: [otherRoot, root] }), nothing);
    });
  });

  describe("a stack that knows nothing of a mesh that stands", () => {
    it("is refused, once for all clusters, with the ways back", () => {
      for (const knows of [{}, { east: empty, west: empty }]) {
        assert.equal(
          refusal({ knows, roots: [] }),
          "isthmus:mesh.id: expected the stack that has the mesh mesh1, which stands in east, west, " +
            "found one that knows nothing of it: its state was lost, or is in another backend or under another name. " +
            "Log in to the backend that has it (PULUMI_BACKEND_URL), name its stack (`--stack`), or restore its state (`pulumi stack import`): " +
            "by this stack the mesh would get another root. If the stack's file was copied for another environment, give the mesh an `id` and clusters of its own. " +
            "That a standing mesh is taken over comes with a later release.",
        );
      }
    });

    it("is told from one whose state is older than a cluster", () => {
      assert.match(
        refusal({ knows: { east: known("east") } }),
        /^isthmus:mesh\.id: expected a state that has what stands in west, .*forgotten while it lived/,
      );
    });

    it("is told from one whose first update was killed, wherever that was", () => {
      const made: KnownCluster = {
        belongs: false,
        state: { holds: "something", systemNamespace: "made", systemUid: "system-east" },
      };
      for (const roots of [[], [root]]) {
        const seen = { east: standing("east", { roots: [] }), west: standing("west", { roots: [] }) };
        assert.deepEqual(judged({ seen, knows: { east: made, west: killed }, roots }), nothing);
      }
    });

    it("is told from one whose first update made the namespace, and could not note it", () => {
      const bare = (name: string): ClusterSighting => standing(name, { roots: [], contents: "nothing" });
      const seen = { east: bare("east"), west: bare("west") };
      assert.deepEqual(judged({ seen, knows: { east: empty }, roots: [] }), nothing);
      assert.match(
        judged({ seen: { ...seen, west: standing("west") }, knows: {}, roots: [] }).problems.join(),
        /in west,/,
      );
    });
  });

  it("knows a cluster under its former name", () => {
    const renamed: MeshConfig = {
      ...twoPrimaries,
      clusters: { east: twoPrimaries.clusters.east, north: { ...twoPrimaries.clusters.west, replaces: "west" } },
    };
    const { problems, warnings } = judged({ config: renamed, seen: { north: standing("west") } });
    assert.deepEqual(problems, []);
    assert.match(warnings.join(), /The change is confirmed/);
    const { problems: others } = judged({ config: renamed, seen: { north: { uid: "another-uid", system: absent } } });
    assert.match(others.join(), /knows as north .*north was made anew/);
  });

  it("judges the cluster of an external control plane as any other", () => {
    const seen = { control: { uid: "another-uid", system: absent } };
    const knows = { ...asKnown, control: known("control") };
    assert.match(refusal({ config: externalControlPlane, seen, knows }), /control was made anew/);
  });
});

describe("leavesOpen", () => {
  const open = (seen: ClusterSighting, knows: KnownCluster | undefined): boolean =>
    leavesOpen(planOf(twoPrimaries), new Map([["west", seen]]), {
      clusters: new Map(knows === undefined ? [] : [["west", knows]]),
      roots: [root],
    });

  it("spares reading the state of a mesh that is as its outputs say", () => {
    assert.equal(open(standing("west"), known("west")), false);
    assert.equal(open(standing("west", { roots: [] }), known("west")), false);
  });

  it("asks for it in every other case", () => {
    assert.ok(open(standing("west"), undefined));
    assert.ok(open(standing("west"), { belongs: true }));
    assert.ok(open(standing("east"), known("west")));
    assert.ok(open({ uid: "uid-west", system: absent }, known("west")));
    assert.ok(open(standing("west", { roots: [otherRoot] }), known("west")));
  });

  it("takes an adopted istio-system that has lost its marks for itself, and one in the place of ours for another's", () => {
    const seen = (uid: string): Case => ({ seen: { west: { uid: "uid-west", system: { kind: "foreign", uid } } } });
    assert.deepEqual(judged(seen("system-west")), nothing);
    assert.equal(
      refusal({ ...seen("other"), madeAnew: "accept" }),
      `${west}: expected the namespace istio-system that the last update left in west, found one in its place that Isthmus did not make. ` +
        "Delete it if nothing needs what is in it, and run `isthmus up --refresh`; or take west out of the configuration, `isthmus forget west`, and have it join anew, which takes the namespace as it is.",
    );
  });
});

describe("judgeClusters, for every mesh", () => {
  const meshes = fc.constantFrom(...Object.values(topologies).map((config) => planOf(config)));
  /** Wherever an update may have been killed, or by whichever release it was done. */
  const moments = fc.constantFrom(
    "done",
    "first update killed",
    "namespace recorded",
    "earlier release",
    "being made anew",
  );
  type Moment = typeof moments extends fc.Arbitrary<infer T> ? T : never;

  function pair(plan: MeshPlan, name: string, moment: Moment): readonly [ClusterSighting, KnownCluster] {
    const identity = { mesh: plan.id, trustDomain: plan.trustDomain, cluster: name };
    const young = standing(name, { identity, roots: [] });
    const grown = standing(name, { identity });
    const unknown: KnownCluster = { belongs: true, ...(known(name).state && { state: known(name).state }) };
    switch (moment) {
      case "done":
        return [grown, known(name)];
      case "first update killed":
        return [young, killed];
      case "namespace recorded":
        return [young, { ...unknown, belongs: false }];
      case "earlier release":
        return [grown, unknown];
      case "being made anew":
        return [{ ...young, uid: "new" }, known(name, { state: { holds: "something", systemNamespace: "begun" } })];
    }
  }

  interface Mesh {
    readonly plan: MeshPlan;
    readonly sightings: ReadonlyMap<string, ClusterSighting>;
    readonly knowledge: StackKnowledge;
    readonly one: string;
  }

  const standingMesh = (of: fc.Arbitrary<Moment>): fc.Arbitrary<Mesh> =>
    meshes.chain((plan) => {
      const names = sitesOf(plan).map(({ name }) => name);
      return fc
        .record({ at: fc.tuple(...names.map(() => of)), one: fc.constantFrom(...names) })
        .map(({ at, one }): Mesh => {
          const pairs = names.map((name, index) => [name, pair(plan, name, at[index] as Moment)] as const);
          return {
            plan,
            one,
            sightings: new Map(pairs.map(([name, [sighting]]) => [name, sighting])),
            knowledge: { clusters: new Map(pairs.map(([name, [, knows]]) => [name, knows])), roots: [root] },
          };
        });
    });

  it("never refuses a mesh that is what its stack says", () => {
    fc.assert(
      fc.property(standingMesh(moments), ({ plan, sightings, knowledge }) => {
        assert.deepEqual(judgeClusters(plan, sightings, knowledge, "refuse"), nothing);
      }),
    );
  });

  it("refuses each single substitution, and says by which cluster", () => {
    const identity = (plan: MeshPlan, cluster: string): object => ({
      mesh: plan.id,
      trustDomain: plan.trustDomain,
      cluster,
    });
    const substitutes: Readonly<Record<string, (plan: MeshPlan, name: string) => ClusterSighting>> = {
      "made anew": () => ({ uid: "new", system: absent }),
      emptied: (_plan, name) => ({ uid: `uid-${name}`, system: absent }),
      foreign: () => ({ uid: "new", system: { kind: "foreign" } }),
      "of another mesh": () => ({
        uid: "new",
        system: {
          kind: "ours",
          origin: "made",
          uid: "s",
          identity: { mesh: "mesh9" },
          roots: [otherRoot],
          contents: "something",
        },
      }),
      "of a copy": (plan, name) => ({
        uid: "new",
        system: {
          kind: "ours",
          origin: "made",
          uid: "s",
          identity: identity(plan, name),
          roots: [otherRoot],
          contents: "something",
        },
      }),
      "of a young copy": (plan, name) => ({
        uid: "new",
        system: {
          kind: "ours",
          origin: "made",
          uid: "s",
          identity: identity(plan, name),
          roots: [],
          contents: "nothing",
        },
      }),
    };
    const kinds = fc.constantFrom(...Object.entries(substitutes));
    fc.assert(
      fc.property(standingMesh(fc.constant("done")), kinds, ({ plan, sightings, knowledge, one }, [kind, by]) => {
        const { problems } = judgeClusters(plan, new Map([...sightings, [one, by(plan, one)]]), knowledge, "refuse");
        assert.equal(problems.length, 1, kind);
        assert.ok(problems.map(formatProblem).join().includes(`.${one}.access`), kind);
      }),
    );
  });

  it("refuses a stack whose state was lost, for one cluster or for all", () => {
    fc.assert(
      fc.property(standingMesh(fc.constant("done")), fc.boolean(), ({ plan, sightings, knowledge, one }, all) => {
        const clusters = new Map(all ? [] : [...knowledge.clusters].filter(([name]) => name !== one));
        const { problems } = judgeClusters(plan, sightings, { clusters, roots: all ? [] : [root] }, "accept");
        assert.deepEqual(
          problems.map(({ path }) => path),
          ["isthmus:mesh.id"],
        );
      }),
    );
  });
});
