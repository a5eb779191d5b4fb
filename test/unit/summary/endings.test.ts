import assert from "node:assert/strict";
import { compare } from "../../../operations/summary/comparison";
import { endingsOf } from "../../../operations/summary/endings";
import type { Preview } from "../../../operations/summary/read-preview";
import type { MeshConfig } from "../../../topology";
import { planOf, twoPrimaries } from "../../support/plans";

const now = new Date("2026-11-29T12:00:00Z");
const inDays = (days: number): string => new Date(now.getTime() + days * 24 * 60 * 60 * 1000).toISOString();

/** What is told where the root and the CA of each istiod end in so many days, and these CAs change. */
function told(
  days: { root: number; east: number; west: number },
  changing: readonly string[] = [],
  trust?: MeshConfig["trust"],
): string[] {
  const preview = {
    steps: changing.map((cluster) => ({
      op: "update",
      type: "tls",
      subject: { cluster, component: "intermediate CA", part: "certificate" },
    })),
    standing: new Set(["east", "west"]),
    lastOutputs: {
      mesh: { id: "mesh1", roots: [{ fingerprint: "AA:BB:CC:DD:EE", notAfter: inDays(days.root) }] },
      controlPlanes: {
        east: { intermediate: { notAfter: inDays(days.east) } },
        west: { intermediate: { notAfter: inDays(days.west) } },
      },
    },
  } as unknown as Preview;
  const plan = planOf({ ...twoPrimaries, ...(trust === undefined ? {} : { trust }) });
  return endingsOf(compare(plan, preview), now);
}

describe("a preview of a mesh whose certificates end", () => {
  it("tells of those that end within 60 days and that it leaves as they are", () => {
    assert.deepEqual(told({ root: 61, east: 100, west: 300 }), []);
    assert.deepEqual(told({ root: 30, east: 20, west: -1 }, ["east"]), [
      "the root AA:BB:CC:DD… ends on 2026-12-29, in 30 days, and this update does not renew it",
      "the intermediate CA of west ended on 2026-11-28, and this update does not renew it",
    ]);
  });

  it("takes the last third of those that the stack makes short", () => {
    const trust: MeshConfig["trust"] = { intermediateLifetimeDays: 30, renewBeforeDays: 5 };
    assert.deepEqual(told({ root: 900, east: 20, west: 9 }, [], trust), [
      "the intermediate CA of west ends on 2026-12-08, in 9 days, and this update does not renew it",
    ]);
  });

  it("knows nothing of what an earlier release said", () => {
    const plan = planOf(twoPrimaries);
    const preview = {
      steps: [],
      standing: new Set<string>(),
      lastOutputs: { mesh: { id: "mesh1" } },
    } as unknown as Preview;
    assert.deepEqual(endingsOf(compare(plan, preview), now), []);
  });
});
