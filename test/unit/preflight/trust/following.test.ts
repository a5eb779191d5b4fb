import assert from "node:assert/strict";
import { rootChangeProblems } from "../../../../preflight";
import { judgeFollowing } from "../../../../preflight/trust/following";
import type { ClusterSighting } from "../../../../preflight/checks/cluster-identity";
import type { RootChange } from "../../../../preflight/trust/root-change";
import type { ClusterTrust } from "../../../../preflight/trust/standing/cluster-trust";
import { formatProblem, type MeshConfig } from "../../../../topology";
import { makeCa, type TestCa } from "../../../support/authorities";
import { planOf } from "../../../support/plans";
import { meshOf } from "../../topology/meshes";
import { pem } from "./given-files";
import { cacerts, leafOf, makeRoot, readShown, type ShownPod, type TestRoot } from "./showing";

const given: MeshConfig["trust"] = {
  root: "given",
  roots: "roots.pem",
  intermediates: { east: { directory: "east" }, west: { directory: "west" } },
};

/** Enough of an id to tell two apart, which differs from run to run. */
const ids = /\(?[0-9A-F:]{11}…\)?/g;

describe("What keeps roots from being changed while proxies have not followed", () => {
  let former: TestRoot, next: TestRoot;
  const site = (root: TestRoot, name: string): TestCa => root.sites[name] as TestCa;
  const printOf = ({ certificate }: TestCa): string => certificate.fingerprint256;

  before(async () => {
    former = await makeRoot("Former", "east", "west");
    next = await makeRoot("Next", "east", "west");
  });

  async function pod(name: string, issuer: TestCa, ...roots: TestCa[]): Promise<ShownPod> {
    return { name, has: { chain: [await leafOf(issuer), issuer], roots } };
  }

  /** How two clusters stand, and what an update would make of them. */
  interface Case {
    readonly trust?: MeshConfig["trust"];
    /** Roots that are wanted beside one that the stack makes. */
    readonly roots: readonly TestCa[];
    /** Under which root each istiod is to sign. Default: the stack signs itself. */
    readonly signs?: TestRoot;
    /** Under which root each signs now, and which roots its Secret and its ConfigMap have. */
    readonly now: TestRoot;
    readonly has: readonly TestCa[];
    /** What its ConfigMap has. Default: the same. */
    readonly published?: readonly TestCa[];
    /** Proxies of west; east's are as they are to be. */
    readonly west: readonly ShownPod[];
    /** Roots that the stack has made beside `first`. Default: none. */
    readonly generated?: Readonly<Record<string, TestRoot>>;
    /** Clusters that show nothing. */
    readonly silent?: readonly string[];
  }

  /** The problems, and whether clusters were read for them. */
  async function judged(one: Case): Promise<{ readonly problems: string[]; readonly isRead: boolean }> {
    const { generated = {}, has, now, published = has, roots, signs, silent = [], trust = given, west } = one;
    const sites = ["east", "west"];
    const change: RootChange = {
      plan: planOf(meshOf({ east: {}, west: {} }, { trust })),
      material: {
        ...(roots.length === 0 ? {} : { rootsPem: pem(...roots) }),
        sites,
        intermediates: new Map(
          signs === undefined ? [] : sites.map((name) => [name, { certificatePem: pem(site(signs, name)) }]),
        ),
      },
      sightings: new Map(
        sites.map((name): [string, ClusterSighting] => [
          name,
          {
            system: {
              kind: "ours",
              origin: "made",
              identity: {},
              roots: published.map(printOf),
              issuerRoot: printOf(now.root),
              contents: "something",
            },
          },
        ]),
      ),
      knowledge: {
        roots: [printOf(now.root)],
        // `first` is what the stack made before its roots had names.
        generatedRoots: new Map(
          Object.entries({ first: former, ...generated }).map(([name, { root }]) => [name, printOf(root)]),
        ),
        clusters: new Map(sites.map((name) => [name, { belongs: true }])),
      },
    };
    let isRead = false;
    const read = async (): Promise<ReadonlyMap<string, ClusterTrust>> => {
      isRead = true;
      const shown = sites
        .filter((name) => !silent.includes(name))
        .map(async (name): Promise<[string, ClusterTrust]> => {
          const files = cacerts(site(now, name), ...has);
          const pods = name === "west" ? west : [await pod("settled", site(now, name), ...has)];
          return [name, await readShown(name, { cacerts: files, published, pods })];
        });
      return new Map(await Promise.all(shown));
    };
    const problems = await rootChangeProblems(change, async () => judgeFollowing(change, await read()));
    return { problems: problems.map((problem) => formatProblem(problem).replaceAll(ids, "ID")), isRead };
  }

  describe("that the stack makes itself", () => {
    const named = (issuer: string, ...more: string[]): MeshConfig["trust"] => ({
      root: "generated",
      generated: { roots: ["first", "next", ...more], issuer },
    });

    it("is not asked of anybody while another one is only trusted", async () => {
      const west = [{ name: "silent", has: "no answer" }];
      const all = [former.root, next.root];
      const one = { roots: [], now: former, west, generated: { next } };
      for (const { has, trust } of [
        { has: all, trust: named("first") },
        { has: [former.root], trust: named("first") },
        { has: all, trust: named("first", "later") },
      ])
        assert.deepEqual(await judged({ ...one, has, trust }), { problems: [], isRead: false });
    });

    it("is asked where it comes to sign, and refused while a proxy does not trust it yet", async () => {
      const all = [former.root, next.root];
      const step = { trust: named("next"), roots: [], now: former, has: all, generated: { next } };
      const followed = [await pod("followed", site(former, "west"), ...all)];
      assert.deepEqual(await judged({ ...step, west: followed }), { problems: [], isRead: true });
      const { problems } = await judged({ ...step, west: [await pod("late", site(former, "west"), former.root)] });
      assert.equal(problems.length, 1);
      assert.match(problems.join(), /meets a proxy in west that trusts .* or restart what has not: .*late/);
    });

    it("is asked where it is dropped, and refused while a workload presents what it signed", async () => {
      const all = [next.root, former.root];
      const trust: MeshConfig["trust"] = { root: "generated", generated: { roots: ["next"], issuer: "next" } };
      const step = { trust, roots: [], now: next, has: all, generated: { next } };
      assert.deepEqual(await judged({ ...step, west: [await pod("followed", site(next, "west"), ...all)] }), {
        problems: [],
        isRead: true,
      });
      const { problems } = await judged({ ...step, west: [await pod("late", site(former, "west"), ...all)] });
      assert.equal(problems.length, 1);
      assert.match(problems.join(), /late/);
    });
  });

  it("is not asked of anybody where no root changes, nor where one is only added", async () => {
    const west = [{ name: "silent", has: "no answer" }];
    const all = [former.root, next.root];
    for (const one of [
      { roots: [former.root], signs: former, now: former, has: [former.root], west },
      { roots: all, signs: former, now: former, has: [former.root], west },
      { roots: all, signs: next, now: next, has: all, west },
      { trust: { root: "generated" }, roots: [], now: former, has: [former.root], west },
      { trust: { root: "generated", roots: "roots.pem" }, roots: [next.root], now: former, has: [former.root], west },
    ] as const) {
      assert.deepEqual(await judged(one), { problems: [], isRead: false });
    }
  });

  it("is a proxy that does not trust yet what istiods are to sign under, though its ConfigMap does", async () => {
    const both = [former.root, next.root];
    const change = { roots: both, signs: next, now: former, has: both };
    const late = await judged({
      ...change,
      west: [await pod("late", site(former, "west"), former.root), await pod("done", site(former, "west"), ...both)],
    });
    assert.equal(late.isRead, true);
    assert.deepEqual(late.problems, [
      'isthmus:mesh.trust.intermediates.east: expected a change of roots that loses no call, whatever has not followed yet, found a workload in east whose certificate would be signed by "O=Istio, L=east, CN=Intermediate CA" ID, which leads to "CN=Next" ID, meets a proxy in west that trusts "CN=Former" ID. ' +
        "Wait until `isthmus trust status` says that all have followed, at half of their certificates' lifetime, 12 hours by default; or restart what has not: sample/late. Then run again (docs/trust.md).",
    ]);
    const followed = await judged({ ...change, west: [await pod("late", site(former, "west"), ...both)] });
    assert.deepEqual(followed, { problems: [], isRead: true });
  });

  it("is a workload whose certificate leads to the root that is dropped", async () => {
    const both = [former.root, next.root];
    const change = { roots: [next.root], signs: next, now: next, has: both };
    const names = ["a", "b", "c", "d", "e"];
    const west = await Promise.all(names.map((name) => pod(name, site(former, "west"), ...both)));
    const [problem = "", ...others] = (await judged({ ...change, west })).problems;
    assert.deepEqual(others, []);
    assert.match(
      problem,
      /^isthmus:mesh\.trust\.roots: .* found a workload in west whose certificate is signed by .*, which leads to "CN=Former" ID, meets a proxy in east that would trust "CN=Next" ID\. /,
    );
    assert.match(problem, /restart what has not: sample\/a, sample\/b, sample\/c and 2 more\./);
    const followed = await judged({ ...change, west: [await pod("a", site(next, "west"), ...both)] });
    assert.deepEqual(followed, { problems: [], isRead: true });
  });

  it("is what does not say what it has", async () => {
    const both = [former.root, next.root];
    const change = { roots: [next.root], signs: next, now: next, has: both };
    const silent = await judged({ ...change, west: [{ name: "silent", has: "not finished after 10 s" }] });
    assert.deepEqual(silent.problems, [
      "isthmus:mesh.trust.roots: expected an answer of every cluster and every running proxy, since roots change, and what does not say what it has counts as one that has not followed, found west: sample/silent: pilot-agent: not finished after 10 s. " +
        "Mend what keeps them from being read, or delete pods that nobody needs, and run again; `isthmus trust status` has all of them.",
    ]);
    const [problem] = (await judged({ ...change, west: [], silent: ["west"] })).problems;
    assert.match(problem ?? "", /found west: it could not be asked/);
  });

  it("is asked where the stack makes the root itself, and others are trusted no more", async () => {
    const change = { trust: { root: "generated" }, roots: [], now: former, has: [former.root, next.root] } as const;
    const late = await judged({ ...change, west: [await pod("late", site(next, "west"), former.root)] });
    assert.match(late.problems.join(), /meets a proxy in east that would trust "CN=Former" ID\. .* sample\/late\./);
    const followed = await judged({ ...change, west: [await pod("done", site(former, "west"), former.root)] });
    assert.deepEqual(followed, { problems: [], isRead: true });
  });

  it("is nothing of an update that changes no Secret, whatever istiod has made of the Secret", async () => {
    const own = await makeCa({ subject: "CN=Made by istiod" });
    const one = {
      roots: [former.root],
      signs: former,
      now: former,
      has: [former.root],
      published: [own],
      west: [await pod("lost", own, own)],
    };
    assert.deepEqual((await judged(one)).problems, []);
  });

  describe("that an issuer of cert-manager is to lead to", () => {
    const trust: MeshConfig["trust"] = {
      root: "cert-manager",
      roots: "roots.pem",
      certManager: { issuerRef: { name: "mesh-ca" } },
    };

    it("is asked of every proxy, for each root that it may be: nobody knows which before it has signed", async () => {
      const has = [former.root, next.root];
      const one = { trust, roots: has, now: former, has };
      const followed = await pod("followed", site(former, "west"), former.root, next.root);
      assert.deepEqual(await judged({ ...one, west: [followed] }), { problems: [], isRead: true });
      const lagging = await pod("lagging", site(former, "west"), former.root);
      const { problems } = await judged({ ...one, west: [followed, lagging] });
      assert.equal(problems.length, 1);
      assert.match(
        problems[0] ?? "",
        /would be signed by .*which leads to "CN=Next" ID, meets a proxy in west that trusts "CN=Former" ID\..*restart what has not: \S*\/lagging/,
      );
    });
  });
});
