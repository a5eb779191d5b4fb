import { gzipSync } from "node:zlib";
import type { RawState } from "../../../../engine/state";

/** What nothing that is written for people may hold. */
export const secretText = "hunter2-of-the-mesh";

const encoded = (text: string): string => Buffer.from(text).toString("base64");

/** A value as a state keeps a secret that is shown (sdk/go/common/resource, sig). */
export const secret = (value: unknown): object => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  plaintext: JSON.stringify(value),
});

/** Reference to a cluster's provider. */
export const providerOf = (cluster: string): string =>
  `urn:pulumi:dev::isthmus::pulumi:providers:kubernetes::${cluster}::1234`;

/** The Secret by which istiod reads another cluster. */
export const remoteSecret = {
  apiVersion: "v1",
  kind: "Secret",
  metadata: {
    name: "istio-remote-clusters",
    namespace: "istio-system",
    labels: { "app.kubernetes.io/managed-by": "isthmus", "istio/multiCluster": "true" },
  },
  data: { west: encoded(secretText) },
};

/** The namespace of the control plane. */
export const systemNamespace = {
  apiVersion: "v1",
  kind: "Namespace",
  metadata: {
    name: "istio-system",
    labels: { "app.kubernetes.io/managed-by": "isthmus", "topology.istio.io/network": "east" },
  },
};

/** What istiod's chart made of its values. */
export const manifest = `---
# Source: istiod/templates/deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: istiod
spec:
  template:
    spec:
      containers:
        - name: discovery
          image: pilot:1
          env:
            - name: PASSWORD
              value: "${secretText}"
---
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: istiod
rules:
  - { apiGroups: [""], resources: [secrets], verbs: [get] }
`;

/** A revision of the release `istiod`, as Helm keeps it. */
export function recordOf(revision: number, changes: Record<string, unknown> = {}): object {
  const record = {
    name: "istiod",
    namespace: "istio-system",
    version: revision,
    info: { status: "deployed" },
    chart: { metadata: { name: "istiod", version: "1.31.1" } },
    config: { env: { A: "1" }, global: { token: secretText } },
    manifest,
    ...changes,
  };
  return { data: { release: encoded(gzipSync(JSON.stringify(record)).toString("base64")) } };
}

/** The state of a stack that has applied all of the above to cluster east. */
export function stateOfEast(): RawState {
  const provider = providerOf("east");
  const { data, ...rest } = remoteSecret;
  return {
    resources: [
      { type: "pulumi:pulumi:Stack", urn: "urn:stack" },
      { type: "kubernetes:core/v1:Namespace", provider, inputs: systemNamespace, outputs: {} },
      { type: "kubernetes:core/v1:Secret", provider, inputs: { ...rest, data: secret(data) }, outputs: {} },
      // Read, not made; and one that is about to go.
      { type: "kubernetes:core/v1:Service", provider, external: true, inputs: { apiVersion: "v1", kind: "Service" } },
      { type: "kubernetes:core/v1:Service", provider, delete: true, inputs: { apiVersion: "v1", kind: "Service" } },
      {
        type: "kubernetes:helm.sh/v3:Release",
        provider,
        inputs: {
          name: "istiod",
          namespace: "istio-system",
          values: { __defaults: [], env: { A: "1" }, global: { token: secret(secretText) } },
        },
        outputs: {
          status: { name: "istiod", namespace: "istio-system", chart: "istiod", version: "1.31.1", revision: 1 },
          resourceNames: {
            "Deployment.apps/apps/v1": ["istiod"],
            "ClusterRole.rbac.authorization.k8s.io/rbac.authorization.k8s.io/v1": ["istiod"],
          },
        },
      },
    ],
  };
}

const kinds = (...names: readonly (readonly [name: string, kind: string, namespaced: boolean])[]): object => ({
  resources: [
    ...names.map(([name, kind, namespaced]) => ({ name, kind, namespaced })),
    { name: "deployments/status", kind: "Deployment", namespaced: true },
  ],
});

/** Cluster east as it stands after that, by path. */
export function east(changes: Record<string, unknown> = {}): Record<string, unknown> {
  const role = "/apis/rbac.authorization.k8s.io/v1/clusterroles/istiod";
  const container = { name: "discovery", image: "pilot:1", env: [{ name: "PASSWORD", value: secretText }] };
  const secrets = "/api/v1/namespaces/istio-system/secrets";
  const objects: Record<string, unknown> = {
    "/version": {},
    "/api/v1": kinds(["namespaces", "Namespace", false], ["secrets", "Secret", true]),
    "/apis/apps/v1": kinds(["deployments", "Deployment", true]),
    "/apis/rbac.authorization.k8s.io/v1": kinds(["clusterroles", "ClusterRole", false]),
    "/api/v1/namespaces/istio-system": { ...systemNamespace, status: { phase: "Active" } },
    [`${secrets}/istio-remote-clusters`]: remoteSecret,
    [`${secrets}/sh.helm.release.v1.istiod.v1`]: recordOf(1),
    "/apis/apps/v1/namespaces/istio-system/deployments/istiod": {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "istiod", namespace: "istio-system", resourceVersion: "7" },
      spec: { replicas: 1, template: { spec: { containers: [container] } } },
    },
    [role]: {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRole",
      metadata: { name: "istiod" },
      rules: [{ apiGroups: [""], resources: ["secrets"], verbs: ["get"] }],
    },
    // Lists leave out what their entries are.
    "/api/v1/namespaces": [{ metadata: systemNamespace.metadata }],
    "/api/v1/secrets": [{ metadata: remoteSecret.metadata }],
    [secrets]: [{ metadata: remoteSecret.metadata }],
    ...changes,
  };
  return Object.fromEntries(Object.entries(objects).filter(([, object]) => object !== undefined));
}
