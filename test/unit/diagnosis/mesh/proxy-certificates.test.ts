import assert from "node:assert/strict";
import { diagnose, type MeshSnapshot, type ProxyCertificateSeen } from "../../../../diagnosis";
import { primaryRemoteNetworks } from "../../../support/plans";
import { authority, both, mesh, notReady, type Change } from "./changes";
import { certificate, changed, healthy, proxyCertificate } from "./healthy";

const causesIn = (snapshot: MeshSnapshot): string[] =>
  diagnose(snapshot).firstCauses.map(({ clusters, id }) => [id, ...clusters].join(" "));

const ofProxy =
  (change: Partial<ProxyCertificateSeen>): Change =>
  () => ({ proxyCertificates: [{ ...proxyCertificate("shop", "basket-1-a", "east"), ...change }] });

/** What an istiod of former times signed, whose root is no more. */
const former = {
  chain: [certificate("former", { signedBy: "old" })],
  roots: [certificate("old", { signedBy: "old" })],
};

describe("the certificates of a proxy", () => {
  it("are of former times where they have ended, with its pod, the date and what makes it anew", () => {
    const ended = changed(healthy(mesh), "east", ofProxy({ notAfter: "2026-11-30T09:59:59.000Z" }));
    assert.deepEqual(causesIn(ended), ["proxy-certificate east"]);
    const [cause] = diagnose(ended).firstCauses;
    assert.deepEqual(cause?.proof, [
      "pod basket-1-a in shop presents a certificate that ended on 2026-11-30T09:59:59.000Z",
    ]);
    assert.match(cause.fix, /`kubectl --namespace shop rollout restart deployment`/);
  });

  it("are of former times where they lead to a root that workloads do not trust any more, or to none", () => {
    const { chain, roots } = former;
    for (const change of [
      { chain, roots: [...roots, certificate("root")] },
      { chain, roots: [certificate("root")] },
    ]) {
      const snapshot = changed(healthy(mesh), "east", ofProxy(change));
      assert.deepEqual(causesIn(snapshot), ["proxy-certificate east"]);
      assert.equal(diagnose(snapshot).firstCauses[0]?.proof.length, 1);
    }
    const both = changed(healthy(mesh), "east", ofProxy(former));
    assert.deepEqual(diagnose(both).firstCauses[0]?.proof, [
      "pod basket-1-a in shop presents a certificate by CN=former, which leads to the root SHA-256 old, and workloads are to trust SHA-256 root",
      "pod basket-1-a in shop does not trust the root SHA-256 root, under which the istiod of east signs",
      "pod basket-1-a in shop does not trust the root SHA-256 root, under which the istiod of west signs",
    ]);
  });

  it("are of today, but for what it trusts, where its istiod of today signed it", () => {
    const snapshot = changed(healthy(mesh), "east", ofProxy({ roots: former.roots }));
    assert.deepEqual(diagnose(snapshot).firstCauses[0]?.proof, [
      "pod basket-1-a in shop does not trust the root SHA-256 root, under which the istiod of east signs",
      "pod basket-1-a in shop does not trust the root SHA-256 root, under which the istiod of west signs",
    ]);
  });

  it("of a gateway are mended by its own Deployment, and not by istiod's", () => {
    const gateway = { namespace: "istio-system", pod: "istio-eastwestgateway-1-a" };
    const snapshot = changed(healthy(mesh), "east", ofProxy({ ...gateway, ...former }));
    const [cause] = diagnose(snapshot).firstCauses;
    assert.match(
      cause?.fix ?? "",
      /`kubectl --namespace istio-system rollout restart deployment istio-eastwestgateway`/,
    );
  });

  it("of a remote cluster are those of the istiod that serves it", () => {
    assert.deepEqual(causesIn(healthy(primaryRemoteNetworks)), []);
    assert.deepEqual(causesIn(changed(healthy(primaryRemoteNetworks), "edge", ofProxy(former))), [
      "proxy-certificate edge",
    ]);
  });

  it("follow from an istiod that does not sign, and from roots that differ", () => {
    const down = both(notReady("istiod", "scaled"), ofProxy({ notAfter: "2026-11-30T09:00:00.000Z" }));
    assert.deepEqual(causesIn(changed(healthy(mesh), "east", down)), ["istiod-down east"]);
    const another = both(
      () => ({ publishedRoots: [certificate("other")] }),
      authority(() => ({
        chain: [certificate("i", { signedBy: "other" })],
        roots: [certificate("other", { signedBy: "other" })],
      })),
    );
    const differing = changed(healthy(mesh), "east", another);
    assert.deepEqual(
      causesIn(differing).filter((cause) => cause.startsWith("proxy-")),
      [],
    );
    assert.ok(diagnose(differing).consequences.some(({ finding: { id } }) => id === "proxy-certificate"));
  });

  it("are right while roots change step by step, and by an intermediate of before", () => {
    const next = certificate("next", { signedBy: "next" });
    const trusted: Change = () => ({ publishedRoots: [certificate("root"), next] });
    const changes: readonly Change[] = [
      // Both roots are trusted everywhere, and nobody signs under the new one yet.
      both(trusted, ofProxy({ roots: [certificate("root")] })),
      both(trusted, ofProxy({ roots: [certificate("root"), next] })),
      // A renewed intermediate, and the certificate of the former one.
      ofProxy({ chain: [certificate("intermediate-before")] }),
    ];
    for (const [index, change] of changes.entries()) {
      assert.deepEqual(causesIn(changed(healthy(mesh), "east", change)), [], String(index));
    }
    const unknown = both(() => ({ authority: undefined, publishedRoots: [] }), ofProxy(former));
    assert.deepEqual(causesIn(changed(healthy(mesh), "east", unknown)), []);
  });
});
