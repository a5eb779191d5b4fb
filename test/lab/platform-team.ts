import { rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { kubectl } from "./lab-stack";

/** What a platform team puts into `istio-system`, and what it says of the namespace itself. */
export const platform = {
  namespace: {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: {
      name: "istio-system",
      labels: { "example.org/team": "platform", "pod-security.kubernetes.io/enforce": "baseline" },
      annotations: { "example.org/cost-center": "42" },
    },
  },
  objects: [
    {
      apiVersion: "v1",
      kind: "ResourceQuota",
      metadata: { name: "platform", namespace: "istio-system" },
      spec: { hard: { pods: "20", "limits.memory": "20Gi", "requests.cpu": "4" } },
    },
    {
      apiVersion: "v1",
      kind: "LimitRange",
      metadata: { name: "platform", namespace: "istio-system" },
      spec: {
        limits: [{ type: "Container", default: { memory: "1Gi" }, defaultRequest: { cpu: "10m", memory: "64Mi" } }],
      },
    },
    {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name: "platform", namespace: "istio-system" },
      imagePullSecrets: [{ name: "registry" }],
    },
  ],
} as const;

/** Applies objects as the platform team's own tool does, by server-side apply. */
export async function appliedByPlatform(cluster: string, ...objects: readonly object[]): Promise<void> {
  const file = join(tmpdir(), `isthmus-platform-${String(process.pid)}.json`);
  writeFileSync(file, JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }));
  try {
    await kubectl(cluster, "apply", "--server-side", "--field-manager=platform", "--filename", file);
  } finally {
    rmSync(file);
  }
}

/** What others have in the prepared namespace, and what they say of it; without what Kubernetes itself changes. */
export async function ofPlatform(cluster: string): Promise<readonly unknown[]> {
  const names = ["resourcequota/platform", "limitrange/platform", "serviceaccount/platform", "secret/registry"];
  const found = JSON.parse(await kubectl(cluster, "--namespace", "istio-system", "get", ...names, "-o", "json")) as {
    readonly items: readonly { readonly metadata: { readonly uid: string }; readonly spec?: unknown }[];
  };
  const namespace = JSON.parse(await kubectl(cluster, "get", "namespace", "istio-system", "-o", "json")) as {
    readonly metadata: { readonly uid: string; readonly labels: object; readonly annotations: object };
  };
  const isTheirs = ([key]: readonly [string, unknown]): boolean => /example\.org|pod-security/.test(key);
  const { annotations, labels, uid } = namespace.metadata;
  return [
    uid,
    Object.entries({ ...labels, ...annotations })
      .filter(isTheirs)
      .sort(),
    found.items.map(({ metadata, spec }) => [metadata.uid, spec]),
  ];
}

/** Labels and annotations of a namespace that only a mesh sets. */
export async function meshMarks(cluster: string): Promise<readonly string[]> {
  const { metadata } = JSON.parse(await kubectl(cluster, "get", "namespace", "istio-system", "-o", "json")) as {
    readonly metadata: { readonly labels?: object; readonly annotations?: object };
  };
  const keys = Object.keys({ ...metadata.labels, ...metadata.annotations });
  return keys.filter((key) => /isthmus|istio\.io|managed-by/.test(key)).sort();
}
