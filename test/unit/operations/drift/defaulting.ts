/** What an API server makes of an object that is applied to it, as far as comparing has to bear it. */

import * as fc from "fast-check";
import type { KubernetesObject } from "../../../../operations/drift/compare/object-kind";

type Json = Record<string, unknown>;

const word = fc.stringMatching(/^[a-z][a-z0-9]{0,7}$/);
const text = fc.string({ minLength: 1, maxLength: 12 });
const labels = fc.dictionary(fc.stringMatching(/^[a-z]{1,4}(\.dev\/[a-z]{1,4})?$/), fc.string({ maxLength: 6 }), {
  maxKeys: 3,
});

/** Amounts, with another spelling of each. */
const spellings: Readonly<Record<string, string>> = {
  "100m": "0.1",
  "1Gi": "1024Mi",
  "2000m": "2",
  "0.5": "500m",
  "1048576": "1Mi",
  "1e3": "1k",
};
const amount = fc.constantFrom(...Object.keys(spellings));

const container = fc
  .record(
    {
      name: word,
      image: text,
      args: fc.array(text, { maxLength: 3 }),
      env: fc.uniqueArray(fc.record({ name: word, value: fc.string({ maxLength: 6 }) }), {
        selector: ({ name }) => name,
        maxLength: 3,
      }),
      resources: fc.record({ requests: fc.record({ cpu: amount, memory: amount }) }, { requiredKeys: [] }),
      volumeMounts: fc.uniqueArray(fc.record({ name: word, mountPath: word, readOnly: fc.boolean() }), {
        selector: ({ mountPath }) => mountPath,
        maxLength: 2,
      }),
      securityContext: fc.record({ runAsUser: fc.nat(), readOnlyRootFilesystem: fc.boolean() }, { requiredKeys: [] }),
    },
    { requiredKeys: ["name", "image"] },
  )
  .map((value): Json => value);

/** Deployments such as charts make. */
export const deployments: fc.Arbitrary<KubernetesObject> = fc
  .record({
    name: word,
    labels,
    replicas: fc.option(fc.nat(9), { nil: undefined }),
    hostNetwork: fc.option(fc.boolean(), { nil: undefined }),
    containers: fc.uniqueArray(container, { selector: ({ name }) => name, minLength: 1, maxLength: 3 }),
  })
  .map(({ name, replicas, hostNetwork, containers, labels: own }) => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, labels: own },
    spec: {
      ...(replicas === undefined ? {} : { replicas }),
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name }, annotations: null },
        spec: { ...(hostNetwork === undefined ? {} : { hostNetwork }), containers, securityContext: {} },
      },
    },
  }));

/** Roles such as charts make. */
export const roles: fc.Arbitrary<KubernetesObject> = fc
  .array(
    fc.record({
      apiGroups: fc.array(word, { minLength: 1, maxLength: 2 }),
      resources: fc.array(word, { minLength: 1, maxLength: 3 }),
      verbs: fc.array(word, { minLength: 1, maxLength: 3 }),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((rules) => ({
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRole",
    metadata: { name: "reader" },
    rules,
  }));

/** Istio's resources, which the API server keeps as they are. */
export const istioObjects: fc.Arbitrary<KubernetesObject> = fc
  .array(
    fc.record({
      port: fc.record({ number: fc.nat(), name: word }),
      hosts: fc.array(text, { minLength: 1, maxLength: 2 }),
    }),
    { minLength: 1, maxLength: 3 },
  )
  .map((servers) => ({
    apiVersion: "networking.istio.io/v1",
    kind: "Gateway",
    metadata: { name: "gateway", namespace: "istio-system" },
    spec: { selector: { istio: "eastwestgateway" }, servers },
  }));

/** Secrets, in both spellings. */
export const secrets: fc.Arbitrary<KubernetesObject> = fc
  .dictionary(word, text, { minKeys: 1, maxKeys: 3 })
  .map((stringData) => ({ apiVersion: "v1", kind: "Secret", metadata: { name: "keys" }, stringData }));

/** As the API server hands an object back after it was applied: with defaults, without what is empty, spelt its own way. */
export function defaulted(object: KubernetesObject): KubernetesObject {
  const live = structuredClone(object) as Json & KubernetesObject & { metadata: Json };
  live.metadata = {
    ...live.metadata,
    uid: "0b5d",
    resourceVersion: "12",
    generation: 3,
    creationTimestamp: "2026-01-01T00:00:00Z",
    managedFields: [{ manager: "helm" }],
    annotations: { ...(live.metadata["annotations"] as Json), "deployment.kubernetes.io/revision": "1" },
  };
  if (live.kind === "Secret") {
    const { stringData, ...rest } = live as Json;
    const data = Object.entries(stringData as Record<string, string>).map(([key, value]) => [
      key,
      Buffer.from(value).toString("base64"),
    ]);
    return { ...rest, type: "Opaque", data: Object.fromEntries(data) as Json } as unknown as KubernetesObject;
  }
  if (live.kind === "Deployment") defaultPods(live);
  return live;
}

function defaultPods(live: Json): void {
  const spec = live["spec"] as Json;
  live["status"] = { observedGeneration: 3, replicas: 1 };
  spec["replicas"] ??= 1;
  spec["progressDeadlineSeconds"] = 600;
  spec["strategy"] = { type: "RollingUpdate", rollingUpdate: { maxSurge: "25%", maxUnavailable: "25%" } };
  const template = spec["template"] as { metadata: Json; spec: Json };
  template.metadata = { creationTimestamp: null, labels: template.metadata["labels"] };
  const pod = template.spec;
  if (pod["hostNetwork"] === false) delete pod["hostNetwork"];
  pod["restartPolicy"] = "Always";
  pod["dnsPolicy"] = "ClusterFirst";
  // In whatever order: they have names.
  const containers = (pod["containers"] as Json[]).reverse();
  for (const one of containers) {
    one["terminationMessagePath"] = "/dev/termination-log";
    one["imagePullPolicy"] ??= "IfNotPresent";
    for (const key of ["args", "env", "volumeMounts"])
      if ((one[key] as unknown[] | undefined)?.length === 0) Reflect.deleteProperty(one, key);
    for (const mount of (one["volumeMounts"] as Json[] | undefined) ?? [])
      if (mount["readOnly"] === false) delete mount["readOnly"];
    for (const variable of (one["env"] as Json[] | undefined) ?? [])
      if (variable["value"] === "") delete variable["value"];
    const requests = (one["resources"] as { requests?: Record<string, string> } | undefined)?.requests ?? {};
    for (const [name, value] of Object.entries(requests)) requests[name] = spellings[value] ?? value;
    one["resources"] ??= {};
  }
}

/** A place that was applied, and what stands there. */
export interface Leaf {
  readonly at: readonly (string | number)[];
  readonly value: unknown;
}

/** All that is no mapping and no list. */
export function leaves(value: unknown, at: readonly (string | number)[] = []): Leaf[] {
  if (Array.isArray(value)) return value.flatMap((entry, index) => leaves(entry, [...at, index]));
  if (typeof value === "object" && value !== null) {
    return Object.entries(value).flatMap(([key, inner]) => leaves(inner, [...at, key]));
  }
  return value === null ? [] : [{ at, value }];
}

/** Sets a leaf of a copy. */
export function withLeaf<T>(object: T, at: readonly (string | number)[], value: unknown): T {
  const copy = structuredClone(object);
  let place = copy as Record<string | number, unknown>;
  for (const key of at.slice(0, -1)) place = place[key] as Record<string | number, unknown>;
  place[at.at(-1) ?? ""] = value;
  return copy;
}
