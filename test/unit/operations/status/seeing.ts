import type { SeenCluster } from "../../../../operations/status/seen";

export const now = new Date("2026-11-30T12:00:00Z");
const dayMs = 24 * 60 * 60 * 1000;

/** So many days from now. */
export const inDays = (days: number): Date => new Date(now.getTime() + days * dayMs);

/** What a primary shows that is in order, reads another cluster and is read. */
export function primarySeen(other: string): SeenCluster {
  return {
    kubernetes: { found: "v1.34.2" },
    systemNamespace: { found: { isThere: true, mesh: "mesh1" } },
    istiods: { found: [{ name: "istiod", version: "1.31.1", replicas: 1, available: 1 }] },
    reading: {
      found: [
        {
          pod: "istiod-1",
          remotes: [{ id: other, secretName: "istio-system/istio-remote-clusters", syncStatus: "synced" }],
        },
      ],
    },
    gateway: { found: { services: ["istio-eastwestgateway"], addresses: ["172.18.11.0"], isReady: true } },
    root: { found: [{ name: '"Root"', lifetime: { from: inDays(-1), until: inDays(1824) } }] },
    intermediate: { found: [{ name: '"Intermediate"', lifetime: { from: inDays(-1), until: inDays(364) } }] },
    tokens: { found: [{ name: "first", createdAt: inDays(-3), isFilled: true }] },
  };
}
