import { apartWords, clocksApart } from "../../../topology";
import type { MeshFinding } from "../finding";
import type { MeshSnapshot } from "../snapshot";

/** Clusters whose clock is so far from the others' that a certificate of one is not valid yet, or no more, in another. */
export function differingClocks({ clusters, mesh }: MeshSnapshot): MeshFinding[] {
  const ahead = new Map(
    clusters.flatMap(({ clockAheadMs, cluster }) =>
      mesh.sites.includes(cluster) && clockAheadMs !== undefined ? [[cluster, clockAheadMs] as const] : [],
    ),
  );
  return [...clocksApart(ahead).clusters].map(([cluster, aheadMs]) => ({
    clusters: [cluster],
    found: `its API server's clock is ${apartWords(aheadMs)}: beyond two minutes calls fail with every new certificate`,
    proof: [...ahead].map(([name, ms]) => `${name}: ${apartWords(ms)} of the machine that looked`),
    fix: "Set the clocks of its nodes right (NTP), then restart what has a certificate by the wrong one.",
  }));
}
