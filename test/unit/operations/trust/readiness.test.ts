import assert from "node:assert/strict";

import { readinessOf } from "../../../../operations/trust/rotation/readiness";
import type { ClusterTrustStatus } from "../../../../operations/trust";
import { cluster, outputs, report, root } from "./standing";
import { parseMesh, planMesh } from "../../../../topology";
import { primaryRemoteNetworks, twoPrimaries } from "../../../support/plans";

const both = { roots: ["first", "2031"], issuers: { east: "2031" } };
const plan = planMesh(parseMesh({ ...twoPrimaries, trust: { generated: both } }));
const applied = outputs({ first: "AA", "2031": "BB" }, { east: "BB", west: "AA" });

describe("how ready a mesh is for the next step of a rotation", () => {
  it("is ready when it is as its file says and all have followed", () => {
    const found = readinessOf(plan, applied, report(cluster("east", ["BB", "AA"]), cluster("west", ["AA", "BB"])));
    assert.deepEqual(found, { kind: "ready" });
  });

  it("names what no update has brought yet, whatever the clusters say", () => {
    const stood = report(cluster("east", ["AA"]), cluster("west", ["AA"]));
    assert.deepEqual(readinessOf(plan, outputs({ first: "AA" }, { east: "AA", west: "AA" }), stood), {
      kind: "unapplied",
      words: ["the root 2031 is not made yet"],
    });
    assert.deepEqual(readinessOf(plan, outputs({ first: "AA", "2031": "BB" }, { east: "AA", west: "AA" }), stood), {
      kind: "unapplied",
      words: ["the istiod of east does not sign under 2031 yet"],
    });
    const more = outputs({ first: "AA", "2031": "BB", "2026": "CC" }, { east: "BB", west: "AA" });
    assert.deepEqual(readinessOf(plan, more, stood), {
      kind: "unapplied",
      words: ["the root 2026 is not dropped yet"],
    });
    assert.equal(readinessOf(plan, {}, stood).kind, "unapplied", "nor of a stack without an update");
  });

  it("asks who signs where the istiod runs, and not of remote clusters", () => {
    const remote = planMesh(
      parseMesh({ ...primaryRemoteNetworks, trust: { generated: { roots: ["first", "2031"] } } }),
    );
    const said = outputs({ first: "AA", "2031": "BB" }, { west: "AA" });
    const stood = report(cluster("edge", ["AA", "BB"], { controlPlane: "west" }), cluster("west", ["AA", "BB"]));
    assert.deepEqual(readinessOf(remote, said, stood), { kind: "ready" });
  });

  for (const [what, east, words] of [
    [
      "an istiod has not taken up its Secret",
      { istiod: "behind" },
      "its istiod has not taken up what the last update gave it",
    ],
    [
      "an istiod gives other roots",
      { roots: [root("AA")] },
      "its istiod has not taken up what the last update gave it",
    ],
    ["a proxy lags", { behind: [{ namespace: "shop", pod: "a", lacks: ["roots"] }] }, "1 proxy has not followed yet"],
    [
      "proxies did not say",
      {
        behind: [
          { namespace: "shop", pod: "a", lacks: ["unread"] },
          { namespace: "shop", pod: "b", lacks: ["unread"] },
        ],
      },
      "2 proxies have not followed yet",
    ],
    ["a copy lags", { laggingNamespaces: ["shop"] }, "other roots in the ConfigMap of shop"],
    ["it could not be asked", { status: "unread", troubles: ["no route"] }, "no route"],
  ] as const satisfies readonly (readonly [string, Partial<ClusterTrustStatus>, string])[]) {
    it(`is following where ${what}`, () => {
      const stood = report(cluster("east", ["BB", "AA"], east), cluster("west", ["AA", "BB"]));
      assert.deepEqual(readinessOf(plan, applied, stood), { kind: "following", words: [`east: ${words}`] });
    });
  }

  it("is broken where calls fail, before all else", () => {
    const stood = { ...report(cluster("east", ["AA"])), broken: "a workload in east …" };
    assert.deepEqual(readinessOf(plan, applied, stood), { kind: "broken", words: ["a workload in east …"] });
  });
});
