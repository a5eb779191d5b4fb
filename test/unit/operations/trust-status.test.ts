import assert from "node:assert/strict";
import { isTrustworthy, type TrustReport } from "../../../operations/deployment";
import { trustStatus } from "../../../operations/trust/status";
import type { ClusterTrust } from "../../../preflight";
import { makeCa, type TestCa } from "../../support/authorities";
import { planOf, twoPrimaries } from "../../support/plans";
import {
  cacerts,
  leafOf,
  makeRoot,
  readShown,
  silentTrust,
  type Shown,
  type TestRoot,
} from "../preflight/trust/showing";

const plan = planOf(twoPrimaries);
const dayMs = 24 * 60 * 60 * 1000;

describe("isthmus trust status", () => {
  let former: TestRoot, next: TestRoot;
  let west: ClusterTrust;
  const site = (root: TestRoot, name: string): TestCa => root.sites[name] as TestCa;

  before(async () => {
    former = await makeRoot("Former", "east", "west");
    next = await makeRoot("Next", "east", "west");
    west = await readShown("west", { cacerts: cacerts(site(former, "west"), former.root), published: [former.root] });
  });

  async function pod(name: string, issuer: TestCa, ...roots: TestCa[]) {
    return { name, has: { chain: [await leafOf(issuer), issuer], roots } };
  }

  /** What is told where `east` shows this, and `west` is as it should be. */
  async function told(shown: Shown, now?: Date): Promise<TrustReport> {
    const east = await readShown("east", { published: [former.root], ...shown });
    return trustStatus(plan, new Map([east, west].map((trust) => [trust.cluster, trust])), now);
  }

  it("finds a mesh settled in which everything is as its istiods give it", async () => {
    const own = site(former, "east");
    const report = await told({
      cacerts: cacerts(own, former.root),
      takenUp: own.certificate.validToDate,
      copies: { sample: [former.root] },
      pods: [await pod("a", own, former.root), await pod("b", own, former.root)],
    });
    const [east] = report.clusters;
    assert.deepEqual(
      [east?.status, east?.istiod, east?.behind, east?.laggingNamespaces],
      ["settled", "taken-up", [], []],
    );
    assert.deepEqual(
      east?.roots.map(({ subject, fingerprint, daysLeft }) => [subject, fingerprint, daysLeft]),
      [["CN=Former", former.root.certificate.fingerprint256, 99]],
    );
    assert.deepEqual(
      [east.issuer?.fingerprint, east.issuer?.daysLeft, east.issuer?.roots],
      [own.certificate.fingerprint256, 49, [east.roots[0]?.keyId]],
    );
    assert.deepEqual([east.proxies.count, east.proxies.ended, east.proxies.firstEnd?.daysLeft], [2, 0, 0]);
    assert.deepEqual(report.summary, { proxies: 2, behind: 0, unread: 0 });
    assert.equal(report.broken, undefined);
    assert.equal(isTrustworthy(report), true);
  });

  it("names the proxies that have not followed, what they have instead, and counts the unread among them", async () => {
    const own = site(former, "east");
    const renewed = await makeCa({ subject: "CN=East", issuer: former.root, keys: own.keys });
    const report = await told({
      cacerts: cacerts(own, former.root, next.root),
      published: [former.root, next.root],
      copies: { sample: [former.root], other: [next.root, former.root] },
      pods: [
        await pod("settled", own, next.root, former.root),
        await pod("roots", own, former.root),
        // The same key under an earlier certificate, which has its own end.
        await pod("issuer", renewed, former.root, next.root),
        { name: "silent", has: "not finished after 10 s" },
      ],
    });
    const [east] = report.clusters;
    assert.equal(east?.status, "behind");
    assert.deepEqual(
      east.behind.map(({ pod: name, lacks }) => [name, ...lacks]),
      [
        ["roots", "roots"],
        ["issuer", "issuer"],
        ["silent", "unread"],
      ],
    );
    assert.deepEqual(east.laggingNamespaces, ["sample"]);
    assert.deepEqual(report.summary, { proxies: 4, behind: 3, unread: 1 });
    assert.equal(report.broken, undefined);
    // What follows by itself is nothing wrong.
    assert.equal(isTrustworthy(report), true);
  });

  it("says that istiod has not taken up its Secret, be it the roots or the CA", async () => {
    const own = site(former, "east");
    const renewed = await makeCa({ subject: "CN=East, renewed", issuer: former.root, until: 20 });
    for (const shown of [
      { cacerts: cacerts(own, former.root, next.root) },
      { cacerts: cacerts(renewed, former.root), takenUp: own.certificate.validToDate },
    ]) {
      const [east] = (await told({ ...shown, pods: [await pod("a", own, former.root)] })).clusters;
      assert.deepEqual([east?.istiod, east?.status, east?.proxies.otherIssuer], ["behind", "behind", 0]);
    }
  });

  it("says in the verifier's words which handshake fails", async () => {
    const own = site(next, "east");
    const report = await told({
      cacerts: cacerts(own, next.root),
      published: [next.root],
      pods: [await pod("a", own, next.root)],
    });
    assert.equal(
      report.broken?.replaceAll(/[0-9A-F:]{11}…/g, "ID"),
      'a workload in east whose certificate is signed by "O=Istio, L=east, CN=Intermediate CA" (ID), which leads to "CN=Next" (ID), meets a proxy in west that trusts "CN=Former" (ID)',
    );
    assert.equal(isTrustworthy(report), false);
  });

  it("says what is past its end: a leaf, an intermediate, a root that one lives by", async () => {
    const own = site(former, "east");
    const shown = { cacerts: cacerts(own, former.root), pods: [await pod("a", own, former.root)] };
    const at = (days: number): Promise<TrustReport> => told(shown, new Date(Date.now() + days * dayMs));
    for (const [days, status, ended] of [
      [0.5, "settled", 0],
      [2, "ended", 1],
      [60, "ended", 1],
      [110, "ended", 1],
    ] as const) {
      const report = await at(days);
      assert.deepEqual(
        [report.clusters[0]?.status, report.clusters[0]?.proxies.ended],
        [status, ended],
        `${days} days`,
      );
      assert.equal(isTrustworthy(report), status === "settled");
    }
    const without = await told({ cacerts: cacerts(own, former.root) }, new Date(Date.now() + 60 * dayMs));
    assert.equal(without.clusters[0]?.status, "ended");
    // Beside one that is valid, a root that nothing leads to does no harm.
    const past = await makeCa({ subject: "CN=Past", from: -10, until: -0.5 });
    const beside = await told({ cacerts: cacerts(own, former.root, past), published: [former.root, past] });
    assert.equal(beside.clusters[0]?.status, "settled");
    assert.deepEqual(
      beside.clusters[0].roots.map(({ daysLeft }) => daysLeft),
      [99, -1],
    );
  });

  it("tells which cluster could not be read, and why", () => {
    const report = trustStatus(plan, new Map([["east", { ...silentTrust, cluster: "east" }]]));
    assert.deepEqual(
      report.clusters.map(({ status, troubles }) => [status, ...troubles]),
      [
        ["unread", ...silentTrust.troubles],
        ["unread", "it could not be asked"],
      ],
    );
    assert.equal(isTrustworthy(report), false);
  });
});
