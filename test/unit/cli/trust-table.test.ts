import assert from "node:assert/strict";
import { trustTable } from "../../../cli/trust-table";
import type { ClusterTrustStatus, TrustReport } from "../../../operations/deployment";

const plain = { colour: false, symbols: false };

const root = {
  subject: "CN=Root",
  fingerprint: "AA:BB:CC:DD:EE",
  keyId: "11:22:33:44:55",
  notAfter: "2031-11-28T00:00:00.000Z",
  daysLeft: 1824,
};

const east: ClusterTrustStatus = {
  cluster: "east",
  controlPlane: "east",
  status: "settled",
  roots: [root],
  issuer: {
    subject: "CN=East",
    fingerprint: "A1:B1:C1:D1:E1",
    keyId: "51:52:53:54:55",
    notAfter: "2027-11-29T00:00:00.000Z",
    daysLeft: 1,
    roots: [root.keyId],
  },
  istiod: "taken-up",
  proxies: {
    count: 3,
    unread: 0,
    otherIssuer: 0,
    otherRoots: 0,
    ended: 0,
    firstEnd: { notAfter: "2026-11-30T11:40:14.000Z", daysLeft: 0 },
  },
  behind: [],
  laggingNamespaces: [],
  troubles: [],
};

function shown(cluster: Partial<ClusterTrustStatus>, more: Partial<TrustReport> = {}): string[] {
  const summary = { proxies: 3, behind: 0, unread: 0 };
  return trustTable({ mesh: "mesh1", clusters: [{ ...east, ...cluster }], summary, ...more }, plain).split("\n");
}

describe("the table of isthmus trust status", () => {
  it("has the roots, who signs under which, and the proxies", () => {
    assert.deepEqual(shown({}), [
      "ok     east",
      "      trusts   CN=Root (AA:BB:CC:DD…), ends on 2031-11-28, in 1824 days",
      "      signs    CN=East (51:52:53:54…), ends on 2027-11-29, in 1 day, under AA:BB:CC:DD…",
      "      proxies  3, all as istiod would have them, the first certificate ends within a day, at 2026-11-30T11:40:14.000Z",
      "",
      "3 proxies, 0 of them not as their istiod would have them, 0 of these unread",
      "",
    ]);
  });

  it("names the first of those that have not followed, and counts the rest", () => {
    const behind = Array.from({ length: 7 }, (_unused, at) => ({
      namespace: "sample",
      pod: `pod-${at}`,
      ...(at === 0
        ? { lacks: ["unread"] as const, reason: "not finished after 10 s" }
        : { lacks: ["issuer", "roots"] as const }),
    }));
    const proxies = { ...east.proxies, count: 9, unread: 1, otherIssuer: 6, otherRoots: 6 };
    const lines = shown({ status: "behind", istiod: "behind", proxies, behind, laggingNamespaces: ["sample"] });
    assert.deepEqual(lines.slice(0, 1), ["BEHIND east"]);
    assert.deepEqual(lines.slice(3, 12), [
      "      istiod   has not taken up its Secret cacerts: a change of roots may need its restart",
      "      proxies  9, 6 with a certificate of another issuer, or of an earlier one, 6 with other roots, 1 unread, the first certificate ends within a day, at 2026-11-30T11:40:14.000Z",
      "               sample/pod-0: unread: not finished after 10 s",
      ...[1, 2, 3, 4].map((at) => `               sample/pod-${at}: another issuer, other roots`),
      "               and 2 more",
      "      other roots in ConfigMap istio-ca-root-cert of sample",
    ]);
  });

  it("says what is past, what is not known, who serves it, and which calls fail", () => {
    const { issuer, ...unknown } = east;
    assert.ok(issuer !== undefined);
    const report = { mesh: "mesh1", summary: { proxies: 0, behind: 0, unread: 0 } };
    const cluster: ClusterTrustStatus = {
      ...unknown,
      status: "unread",
      controlPlane: "west",
      roots: [{ ...root, daysLeft: -1 }],
      troubles: ["GET /api/v1/pods: no answer"],
    };
    const text = trustTable({ ...report, clusters: [cluster], broken: "a meets b" }, plain);
    for (const words of [
      "UNREAD east (istiod of west)",
      "ended on 2031-11-28",
      "signed by a CA that is not known",
      "not read: GET /api/v1/pods: no answer",
      "Calls fail: a meets b.",
    ]) {
      assert.ok(text.includes(words), `${words}\n${text}`);
    }
  });
});
