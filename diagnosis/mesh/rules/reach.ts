import type { MeshFinding } from "../finding";
import type { MeshSnapshot } from "../snapshot";

/** Clusters whose API servers do not answer us, or not let us in. */
export function unreachableClusters({ clusters }: MeshSnapshot): MeshFinding[] {
  return clusters.flatMap(({ cluster, trouble }) =>
    trouble === undefined
      ? []
      : [
          {
            clusters: [cluster],
            found: "its API server does not answer as it should",
            proof: [`expected ${trouble.expected}, found ${trouble.found}`],
            fix: trouble.fix,
          },
        ],
  );
}
