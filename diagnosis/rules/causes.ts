import { releaseNameAnnotation } from "../../topology";
import { worstFirst, type Cause } from "../cause";
import type { Deployment } from "../objects";
import { newestReplicaSetOf, podsOf, type Snapshot } from "../snapshot";
import { addressFinding } from "./address";
import { creationFinding } from "./creation";
import type { Finding } from "./finding";
import { podFindings } from "./pod";

/** What is waited for: a Helm release by its name, or a Service. */
export interface Awaited {
  readonly kind: "release" | "Service";
  readonly name: string;
}

/** Why what is waited for is not there yet, the worst first; nothing where all of it is. Pure. */
export function causesOf(snapshot: Snapshot, awaited: Awaited): Cause[] {
  const { cluster } = snapshot;
  const causes =
    awaited.kind === "release"
      ? snapshot.deployments
          .filter(({ metadata }) => metadata?.annotations?.[releaseNameAnnotation] === awaited.name)
          .flatMap((deployment) =>
            findingsOf(snapshot, deployment).map((finding) => ({
              cluster,
              subject: counted(snapshot, deployment),
              ...finding,
            })),
          )
      : snapshot.services
          .filter(({ metadata }) => metadata?.name === awaited.name)
          .flatMap((service) => {
            const finding = addressFinding(snapshot, service);
            return finding === undefined ? [] : [{ cluster, subject: `Service ${awaited.name}`, ...finding }];
          });
  return worstFirst(causes);
}

function findingsOf(snapshot: Snapshot, deployment: Deployment): Finding[] {
  if (ready(snapshot, deployment) >= wanted(deployment)) return [];
  const refused = creationFinding(snapshot, deployment);
  if (refused !== undefined) return [refused];
  const inPods = podsOf(snapshot, deployment).flatMap((pod) => podFindings(snapshot, pod));
  return inPods.length > 0 ? inPods : [{ id: "starting", found: "its pods are being made", endsBy: "waiting" }];
}

/** `istiod 0/1` */
function counted(snapshot: Snapshot, deployment: Deployment): string {
  return `${deployment.metadata?.name ?? ""} ${String(ready(snapshot, deployment))}/${String(wanted(deployment))}`;
}

/** Of the newest ReplicaSet alone: in an update the pods of the one before may serve on for as long as these cannot. */
function ready(snapshot: Snapshot, deployment: Deployment): number {
  return newestReplicaSetOf(snapshot, deployment)?.status?.readyReplicas ?? 0;
}

const wanted = ({ spec }: Deployment): number => spec?.replicas ?? 1;
