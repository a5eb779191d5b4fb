import assert from "node:assert/strict";
import { configuredFor, meshStanding } from "../../../../preflight";
import type { ClusterTrust } from "../../../../preflight/trust/standing/cluster-trust";
import { keyIdOf } from "../../../../trust/rotation";
import { makeCa, type TestCa } from "../../../support/authorities";
import { externalControlPlane, planOf, primaryRemote, twoPrimaries } from "../../../support/plans";
import { cacerts, leafOf, makeRoot, readShown, silentTrust, type TestRoot } from "./showing";

const idOf = ({ certificate }: TestCa): string => keyIdOf(certificate);

describe("Where a mesh stands, from what its clusters show", () => {
  let former: TestRoot, next: TestRoot;
  const site = (root: TestRoot, name: string): TestCa => root.sites[name] as TestCa;

  before(async () => {
    former = await makeRoot("Former", "east", "west", "control");
    next = await makeRoot("Next", "east", "west", "control");
  });

  /** A pod whose leaf is below an intermediate and that trusts these roots. */
  async function pod(name: string, issuer: TestCa, ...roots: TestCa[]) {
    return { name, has: { chain: [await leafOf(issuer), issuer], roots } };
  }

  const trusts = (...all: ClusterTrust[]): ReadonlyMap<string, ClusterTrust> =>
    new Map(all.map((trust) => [trust.cluster, trust]));

  it("has every bundle and issuer that was seen, each once, beside what istiods give", async () => {
    const plan = planOf(twoPrimaries);
    const [one, two] = [site(former, "east"), site(next, "east")];
    const east = await readShown("east", {
      cacerts: cacerts(two, former.root, next.root),
      published: [former.root, next.root],
      copies: { sample: [former.root] },
      takenUp: two.certificate.validToDate,
      pods: [
        await pod("old", one, former.root),
        await pod("old-too", one, former.root),
        await pod("new", two, next.root, former.root),
      ],
    });
    const west = await readShown("west", {
      cacerts: cacerts(site(former, "west"), former.root),
      published: [former.root],
    });
    const { standing, unknown } = meshStanding(plan, trusts(east, west));
    assert.deepEqual(unknown, []);
    assert.deepEqual(
      standing.map(({ cluster, configuration }) => [cluster, configuration.issuer.keyId, configuration.roots]),
      [
        ["east", idOf(two), [idOf(former.root), idOf(next.root)]],
        ["west", idOf(site(former, "west")), [idOf(former.root)]],
      ],
    );
    assert.deepEqual(
      standing[0]?.bundles.map((bundle) => [...bundle].sort()),
      [[idOf(former.root)], [idOf(former.root), idOf(next.root)].sort()],
    );
    assert.deepEqual(standing[0].leaves, [
      { keyId: idOf(one), anchors: [{ root: idOf(former.root) }] },
      { keyId: idOf(two), anchors: [{ root: idOf(next.root) }] },
    ]);
    assert.deepEqual(standing[1]?.leaves, []);
  });

  it("goes by what istiod has taken up, and not by a Secret that it has not read yet", async () => {
    const one = site(former, "east");
    const two = await makeCa({ subject: "CN=East, renewed", issuer: former.root, until: 20 });
    const signing = async (takenUp: TestCa): Promise<string | undefined> => {
      const east = await readShown("east", {
        cacerts: cacerts(two, former.root),
        published: [former.root],
        takenUp: takenUp.certificate.validToDate,
        pods: [await pod("a", one, former.root)],
      });
      return configuredFor(planOf(twoPrimaries), "east", trusts(east))?.chain[0]?.fingerprint256;
    };
    assert.equal(await signing(one), one.certificate.fingerprint256);
    assert.equal(await signing(two), two.certificate.fingerprint256);
  });

  it("knows who signs by the newest certificate where the Secret may not be read", async () => {
    const east = await readShown("east", {
      published: [former.root],
      pods: [await pod("a", site(former, "east"), former.root)],
    });
    const [standing] = meshStanding(planOf(twoPrimaries), trusts(east)).standing;
    assert.equal(standing?.configuration.issuer.keyId, idOf(site(former, "east")));
  });

  it("has a remote cluster by the istiod that serves it, also one outside of the mesh", async () => {
    for (const [config, plane, remote] of [
      [primaryRemote, "west", "edge"],
      [externalControlPlane, "control", "east"],
    ] as const) {
      const issuer = site(former, plane);
      const serving = await readShown(plane, { cacerts: cacerts(issuer, former.root) });
      const served = await readShown(remote, { published: [former.root] }, "workloads");
      const { standing } = meshStanding(planOf(config), trusts(serving, served));
      const found = standing.find(({ cluster }) => cluster === remote);
      assert.equal(found?.controlPlane, plane);
      assert.equal(found.configuration.issuer.keyId, idOf(issuer));
      assert.deepEqual(found.configuration.roots, [idOf(former.root)]);
    }
  });

  it("tells what is not known: clusters, pods, and an istiod elsewhere", async () => {
    const east = await readShown("east", {
      cacerts: cacerts(site(former, "east"), former.root),
      published: [former.root],
      pods: [{ name: "silent", has: "not finished after 10 s" }],
    });
    const { standing, unknown } = meshStanding(planOf(twoPrimaries), trusts(east));
    assert.deepEqual(
      standing.map(({ cluster }) => cluster),
      ["east"],
    );
    assert.deepEqual(unknown, [
      { cluster: "east", words: "sample/silent: pilot-agent: not finished after 10 s" },
      { cluster: "west", words: "it could not be asked" },
      { cluster: "west", words: "what its istiod signs with and gives to trust is not known" },
    ]);
    const silent = meshStanding(
      planOf(primaryRemote),
      trusts({ ...silentTrust, cluster: "west" }, { ...east, cluster: "edge" }),
    );
    assert.ok(
      silent.unknown.some(({ cluster, words }) => cluster === "edge" && words.startsWith("its istiod in west: ")),
    );
  });
});
