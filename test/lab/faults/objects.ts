import assert from "node:assert/strict";
import { applyAll, kubectl } from "../lab-stack";

/** The namespace of Istio, as an argument of kubectl. */
export const inSystem = ["--namespace", "istio-system"] as const;

/** Namespace of the mesh's workloads. */
export const shop = "shop";

/** Changes an object by a merge patch. */
export function patch(cluster: string, namespace: string, kind: string, name: string, change: object): Promise<string> {
  return patched(cluster, namespace, [kind, name], "merge", change);
}

/** Changes an object by the operations of a JSON patch. */
export function edit(
  cluster: string,
  namespace: string,
  kind: string,
  name: string,
  ...operations: readonly { readonly op: string; readonly path: string; readonly value?: unknown }[]
): Promise<string> {
  return patched(cluster, namespace, [kind, name], "json", operations);
}

function patched(
  cluster: string,
  namespace: string,
  object: readonly [kind: string, name: string],
  type: "merge" | "json",
  change: object,
): Promise<string> {
  const words = ["--type", type, "-p", JSON.stringify(change)];
  return kubectl(cluster, "--namespace", namespace, "patch", ...object, ...words);
}

/** An object of istio-system, without what the API server writes into it. */
export async function saved(cluster: string, kind: string, name: string): Promise<SavedObject> {
  const text = await kubectl(cluster, ...inSystem, "get", kind, name, "-o", "json");
  const object = JSON.parse(text) as SavedObject;
  const { annotations, labels } = object.metadata;
  return { ...object, metadata: { name, namespace: "istio-system", annotations, labels } };
}

/** Keeps objects of a cluster that have no namespace, and gives what makes them anew. */
export async function keep(cluster: string, kind: string, name: string): Promise<() => Promise<void>> {
  const object = JSON.parse(await kubectl(cluster, "get", kind, name, "-o", "json")) as SavedObject;
  const { annotations, labels } = object.metadata;
  return () => applyAll(cluster, [{ ...object, metadata: { name, annotations, labels } }]);
}

/** An object that may be applied again. */
export interface SavedObject {
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: Readonly<Record<string, unknown>>;
}

/** Changes what a key of a Secret or ConfigMap of istio-system holds; undefined takes the key away. */
export async function changeData(
  cluster: string,
  kind: "secret" | "configmap",
  name: string,
  change: (data: Readonly<Record<string, string>>) => Readonly<Record<string, string | null>>,
): Promise<void> {
  const { data = {} } = await saved(cluster, kind, name);
  const isSecret = kind === "secret";
  const decode = (text: string): string => (isSecret ? Buffer.from(text, "base64").toString() : text);
  const encode = (text: string | null): string | null =>
    text === null || !isSecret ? text : Buffer.from(text).toString("base64");
  const before = Object.fromEntries(Object.entries(data).map(([key, text]) => [key, decode(text)]));
  const after = Object.fromEntries(Object.entries(change(before)).map(([key, text]) => [key, encode(text)]));
  assert.notDeepEqual(after, data);
  await patch(cluster, "istio-system", kind, name, { data: after });
}

/** Waits until a Deployment of istio-system has done what was last asked of it. */
export function rolledOut(cluster: string, deployment: string): Promise<string> {
  return kubectl(cluster, ...inSystem, "rollout", "status", "deployment", deployment, "--timeout", "120s");
}

/** A policy or rule of Istio. */
export function istioObject(kind: string, namespace: string, name: string, spec: object): object {
  const group = /Policy|Authentication/.test(kind) ? "security" : "networking";
  const version = kind === "EnvoyFilter" ? "v1alpha3" : "v1";
  return { apiVersion: `${group}.istio.io/${version}`, kind, metadata: { namespace, name }, spec };
}

/** A workload of the mesh that answers, with its Service, in every one of these clusters. */
export async function installShop(clusters: readonly string[]): Promise<void> {
  await Promise.all(
    clusters.map(async (cluster) => {
      await applyAll(cluster, [basketService(), basketDeployment(cluster)]);
      await kubectl(cluster, "--namespace", shop, "rollout", "status", "deployment", "basket", "--timeout", "120s");
    }),
  );
}

const port = 5000;

/** The Service of the workload. */
export function basketService(spec: object = {}): object {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { namespace: shop, name: "basket" },
    spec: { ports: [{ name: "http", port }], selector: { app: "basket" }, ...spec },
  };
}

function basketDeployment(cluster: string): object {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { namespace: shop, name: "basket" },
    spec: {
      selector: { matchLabels: { app: "basket" } },
      template: {
        metadata: { labels: { app: "basket" }, annotations: { "sidecar.istio.io/proxyCPU": "10m" } },
        spec: {
          terminationGracePeriodSeconds: 1,
          containers: [
            {
              name: "basket",
              image: "lab.local/istio/examples-helloworld-v1:1.0",
              imagePullPolicy: "IfNotPresent",
              env: [{ name: "SERVICE_VERSION", value: cluster }],
              ports: [{ containerPort: port }],
            },
          ],
        },
      },
    },
  };
}
