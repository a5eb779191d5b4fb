import { releaseNameAnnotation } from "../topology";
import type { Condition, ContainerStatus, Event, ObjectMeta, Pod, Termination } from "./objects";
import { revisionAnnotation, type Snapshot } from "./snapshot";

/** Annotations that causes are read from. In others may stand anything, a whole object with its secrets for one. */
const keptAnnotations: readonly string[] = [releaseNameAnnotation, revisionAnnotation];

/**
 * A snapshot with nothing but what causes are read from: the API server writes far more, environments of containers among it.
 * What clusters and containers say in words is still in it. Pure.
 */
export function reduced(snapshot: Snapshot): Snapshot {
  const { cluster, namespace, lastLines } = snapshot;
  return {
    cluster,
    namespace,
    deployments: snapshot.deployments.map(({ metadata, spec, status }) => ({
      ...metaOf(metadata),
      spec: picked(spec, ["replicas"]),
      status: { conditions: conditionsOf(status?.conditions) },
    })),
    replicaSets: snapshot.replicaSets.map(({ metadata, spec, status }) => ({
      ...metaOf(metadata),
      spec: picked(spec, ["replicas"]),
      status: { ...picked(status, ["replicas", "readyReplicas"]), conditions: conditionsOf(status?.conditions) },
    })),
    pods: snapshot.pods.map(podOf),
    services: snapshot.services.map(({ metadata, spec, status }) => ({
      ...metaOf(metadata),
      spec: {
        ...picked(spec, ["type", "selector"]),
        ...(spec?.ports === undefined
          ? {}
          : { ports: spec.ports.map((port) => picked(port, ["port", "protocol", "targetPort"])) }),
      },
      status: {
        loadBalancer: {
          ingress: (status?.loadBalancer?.ingress ?? []).map((address) =>
            picked(address as { readonly ip?: string; readonly hostname?: string }, ["ip", "hostname"]),
          ),
        },
      },
    })),
    events: snapshot.events.map(eventOf),
    lastLines,
  };
}

function podOf({ metadata, spec, status }: Pod): Pod {
  return {
    ...metaOf(metadata),
    spec: { containers: (spec?.containers ?? []).map((one) => picked(one, ["name", "image"])) },
    status: {
      ...picked(status, ["phase"]),
      conditions: conditionsOf(status?.conditions),
      initContainerStatuses: (status?.initContainerStatuses ?? []).map(containerOf),
      containerStatuses: (status?.containerStatuses ?? []).map(containerOf),
    },
  };
}

function containerOf({ state, lastState, ...status }: ContainerStatus): ContainerStatus {
  const ended = (termination: Termination | undefined): { readonly terminated?: Termination } =>
    termination === undefined ? {} : { terminated: picked(termination, ["exitCode", "reason", "message"]) };
  return {
    ...picked(status, ["name", "image", "ready", "restartCount"]),
    state: {
      ...(state?.waiting === undefined ? {} : { waiting: picked(state.waiting, ["reason", "message"]) }),
      ...(state?.running === undefined ? {} : { running: {} }),
      ...ended(state?.terminated),
    },
    lastState: ended(lastState?.terminated),
  };
}

function eventOf(event: Event): Event {
  const { involvedObject } = event;
  return {
    ...picked(event, ["type", "reason", "message", "lastTimestamp", "eventTime"]),
    ...(involvedObject === undefined ? {} : { involvedObject: picked(involvedObject, ["kind", "name", "uid"]) }),
  };
}

function conditionsOf(conditions: readonly Condition[] = []): Condition[] {
  return conditions.map((condition) => picked(condition, ["type", "status", "reason", "message"]));
}

function metaOf(metadata: ObjectMeta | undefined): { readonly metadata: ObjectMeta } {
  const { annotations = {}, ownerReferences = [] } = metadata ?? {};
  return {
    metadata: {
      ...picked(metadata, ["name", "namespace", "uid", "labels", "creationTimestamp", "deletionTimestamp"]),
      annotations: Object.fromEntries(Object.entries(annotations).filter(([name]) => keptAnnotations.includes(name))),
      ownerReferences: ownerReferences.map((owner) => picked(owner, ["kind", "name", "uid"])),
    },
  };
}

/** Some fields of something; those that it does not have are left out. */
function picked<T extends object, Field extends keyof T>(
  from: T | undefined,
  fields: readonly Field[],
): Pick<T, Field> {
  const entries = fields.filter((field) => from?.[field] !== undefined).map((field) => [field, from?.[field]]);
  return Object.fromEntries(entries) as Pick<T, Field>;
}
