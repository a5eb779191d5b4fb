import type { ClusterNote } from "../../graph";
import type { MeshReport } from "../report";

/** What the picture of a report says of its clusters, by their names. Pure. */
export function notesOf({ clusters }: MeshReport): ReadonlyMap<string, ClusterNote> {
  return new Map(
    clusters.map(({ cluster, gateway, istiod, order, signsUntil }) => {
      const pods = istiod === undefined ? [] : [`${istiod.readyPods} of ${istiod.pods} ready`, ...istiod.versions];
      return [
        cluster,
        {
          order,
          istiod: [
            ...(pods.length === 0 ? [] : [pods.join(", ")]),
            ...(signsUntil === undefined ? [] : [`signs until ${signsUntil.slice(0, 10)}`]),
          ],
          ...(gateway === undefined || gateway.addresses.length === 0 ? {} : { gatewayAddresses: gateway.addresses }),
        },
      ];
    }),
  );
}
