import { controlPlanesOf } from "./facts";
import type { FaultId } from "./fault-id";
import type { Origin } from "./finding";

/** The faults are in one of the clusters themselves. */
export const there = (...ids: readonly FaultId[]): Origin[] =>
  ids.map((id) => ({ id, where: (_mesh, clusters, origin) => origin.some((name) => clusters.includes(name)) }));

/** The faults are in one of the clusters themselves, or where the istiods are that serve them. */
export const thereOrServing = (...ids: readonly FaultId[]): Origin[] =>
  ids.map((id) => ({
    id,
    where: (mesh, clusters, origin) =>
      origin.some((name) => clusters.includes(name) || controlPlanesOf(mesh, clusters).includes(name)),
  }));

/** The faults are where the istiod runs that is to read a cluster. */
export const atReader = (...ids: readonly FaultId[]): Origin[] =>
  ids.map((id) => ({ id, where: (_mesh, [reader = ""], origin) => origin.includes(reader) }));

/** The faults are in the cluster that is to be read. */
export const atTarget = (...ids: readonly FaultId[]): Origin[] =>
  ids.map((id) => ({ id, where: (_mesh, [, target = ""], origin) => origin.includes(target) }));

/** The faults are about the same istiod that reads the same cluster. */
export const ofSamePair = (...ids: readonly FaultId[]): Origin[] =>
  ids.map((id) => ({ id, where: (_mesh, clusters, origin) => origin.join(" ") === clusters.join(" ") }));
