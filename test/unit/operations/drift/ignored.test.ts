import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { compare } from "../../../../operations/drift/compare/compare";
import { guardedFields } from "../../../../operations/drift/compare/guarded";
import { ignoredRules } from "../../../../operations/drift/compare/ignored";
import type { KubernetesObject } from "../../../../operations/drift/compare/object-kind";
import { pathText } from "../../../../operations/drift/compare/path";
import { keptStrays } from "../../../../operations/drift/strays";
import { repository } from "../../../support/isthmus";

type Pair = readonly [applied: KubernetesObject, stands: KubernetesObject];

const pair = (apiVersion: string, kind: string, applied: object, stands: object): Pair => [
  { apiVersion, kind, metadata: { name: "it" }, ...applied },
  { apiVersion, kind, metadata: { name: "it" }, ...stands },
];

const admission = "admissionregistration.k8s.io/v1";
const rbac = "rbac.authorization.k8s.io/v1";
const pods = (pod: object): object => ({ spec: { template: { spec: pod } } });
const container = (fields: object): object => pods({ containers: [{ name: "main", ...fields }] });
const webhook = (fields: object): object => ({ webhooks: [{ name: "it.istio.io", ...fields }] });
const metadata = (fields: object): object => ({ metadata: { name: "it", ...fields } });

/** For each rule what it lets pass, and the like of it that must still be found. */
const cases: Readonly<Record<string, { readonly ignored: Pair; readonly counts: Pair; readonly isScaled?: boolean }>> =
  {
    status: {
      ignored: pair("v1", "Service", { status: { loadBalancer: {} } }, { status: { loadBalancer: { ingress: [1] } } }),
      counts: pair("v1", "Service", { spec: { status: "a" } }, { spec: { status: "b" } }),
    },
    "server-metadata": {
      ignored: pair("v1", "Service", metadata({ generation: 1, resourceVersion: "1" }), metadata({ generation: 2 })),
      counts: pair(
        "v1",
        "Service",
        metadata({ labels: { generation: "1" } }),
        metadata({ labels: { generation: "2" } }),
      ),
    },
    "pulumi-annotations": {
      ignored: pair(
        "v1",
        "Service",
        metadata({ annotations: { "pulumi.com/skipAwait": "true", a: "b" } }),
        metadata({ annotations: { a: "b" } }),
      ),
      counts: pair(
        "v1",
        "Service",
        metadata({ annotations: { "notpulumi.com/a": "1", a: "b" } }),
        metadata({ annotations: { a: "b" } }),
      ),
    },
    "ca-bundle": {
      ignored: pair(
        admission,
        "MutatingWebhookConfiguration",
        webhook({ clientConfig: { caBundle: "old" } }),
        webhook({ clientConfig: { caBundle: "new" } }),
      ),
      counts: pair(
        admission,
        "MutatingWebhookConfiguration",
        webhook({ clientConfig: { url: "old" } }),
        webhook({ clientConfig: { url: "new" } }),
      ),
    },
    "failure-policy": {
      ignored: pair(
        admission,
        "ValidatingWebhookConfiguration",
        webhook({ failurePolicy: "Ignore" }),
        webhook({ failurePolicy: "Fail" }),
      ),
      // Nobody but a person lets pods pass that could not be injected.
      counts: pair(
        admission,
        "MutatingWebhookConfiguration",
        webhook({ failurePolicy: "Fail" }),
        webhook({ failurePolicy: "Ignore" }),
      ),
    },
    "crd-ca-bundle": {
      ignored: pair(
        "apiextensions.k8s.io/v1",
        "CustomResourceDefinition",
        conversion({ caBundle: "a" }),
        conversion({ caBundle: "b" }),
      ),
      counts: pair(
        "apiextensions.k8s.io/v1",
        "CustomResourceDefinition",
        conversion({ url: "a" }),
        conversion({ url: "b" }),
      ),
    },
    "scaled-replicas": {
      ignored: pair("apps/v1", "Deployment", { spec: { replicas: 1 } }, { spec: { replicas: 3 } }),
      counts: pair("apps/v1", "Deployment", { spec: { paused: true } }, { spec: { paused: false } }),
      isScaled: true,
    },
    "aggregated-rules": {
      ignored: pair(
        rbac,
        "ClusterRole",
        { aggregationRule: { a: 1 }, rules: [] },
        { aggregationRule: { a: 1 }, rules: [{ verbs: ["get"] }] },
      ),
      counts: pair(rbac, "ClusterRole", { rules: [] }, { rules: [{ verbs: ["get"] }] }),
    },
    "token-data": {
      ignored: pair(
        "v1",
        "Secret",
        { type: "kubernetes.io/service-account-token" },
        { type: "kubernetes.io/service-account-token", data: { token: "dA==" } },
      ),
      counts: pair("v1", "Secret", { type: "Opaque" }, { type: "Opaque", data: { token: "dA==" } }),
    },
    "account-secrets": {
      ignored: pair(
        "v1",
        "ServiceAccount",
        { imagePullSecrets: [{ name: "a" }] },
        { imagePullSecrets: [{ name: "a" }, { name: "cloud" }] },
      ),
      counts: pair(
        "v1",
        "ServiceAccount",
        { imagePullSecrets: [{ name: "a" }] },
        { imagePullSecrets: [{ name: "cloud" }] },
      ),
    },
    "cluster-ip": {
      ignored: pair(
        "v1",
        "Service",
        { spec: { clusterIP: "", clusterIPs: [] } },
        { spec: { clusterIP: "10.0.0.1", clusterIPs: ["10.0.0.1"] } },
      ),
      counts: pair("v1", "Service", { spec: { clusterIP: "10.0.0.2" } }, { spec: { clusterIP: "10.0.0.1" } }),
    },
    "pull-policy": {
      ignored: pair(
        "apps/v1",
        "Deployment",
        container({ imagePullPolicy: "" }),
        container({ imagePullPolicy: "Always" }),
      ),
      counts: pair(
        "apps/v1",
        "Deployment",
        container({ imagePullPolicy: "IfNotPresent" }),
        container({ imagePullPolicy: "Always" }),
      ),
    },
    "namespace-finalizers": {
      ignored: pair("v1", "Namespace", { spec: { finalizers: [] } }, { spec: { finalizers: ["kubernetes"] } }),
      counts: pair("v1", "Namespace", { spec: { other: ["a"] } }, { spec: { other: ["kubernetes"] } }),
    },
  };

/** For each guarded field something that nobody applied, and where it is found. */
const guarded: Readonly<Record<string, { readonly pair: Pair; readonly found: string }>> = {
  "what-containers-run": {
    pair: pair("apps/v1", "DaemonSet", container({}), container({ command: ["sh"], terminationMessagePath: "/x" })),
    found: "spec.template.spec.containers[main].command",
  },
  "more-containers": {
    pair: pair("apps/v1", "Deployment", pods({}), pods({ initContainers: [{ name: "a" }], dnsPolicy: "ClusterFirst" })),
    found: "spec.template.spec.initContainers",
  },
  "host-access": {
    pair: pair("apps/v1", "Deployment", pods({}), pods({ hostPID: true, restartPolicy: "Always" })),
    found: "spec.template.spec.hostPID",
  },
  "container-rights": {
    pair: pair(
      "apps/v1",
      "Deployment",
      container({}),
      container({ securityContext: { runAsUser: 0, seccompProfile: {} } }),
    ),
    found: "spec.template.spec.containers[main].securityContext.runAsUser",
  },
  "istio-keys-of-pods": {
    pair: pair(
      "apps/v1",
      "Deployment",
      { spec: { template: {} } },
      {
        spec: {
          template: {
            metadata: {
              annotations: { "sidecar.istio.io/inject": "false", "kubectl.kubernetes.io/restartedAt": "now" },
            },
          },
        },
      },
    ),
    found: 'spec.template.metadata.annotations["sidecar.istio.io/inject"]',
  },
  "istio-keys": {
    pair: pair(
      "v1",
      "Namespace",
      {},
      metadata({ labels: { "istio-injection": "disabled", "kubernetes.io/metadata.name": "it" } }),
    ),
    found: "metadata.labels.istio-injection",
  },
  roles: {
    pair: pair(rbac, "Role", {}, { rules: [{ verbs: ["get"] }] }),
    found: "rules",
  },
  "role-rules": {
    pair: pair(rbac, "Role", { rules: [{ verbs: ["get"] }] }, { rules: [{ verbs: ["get"], resourceNames: ["a"] }] }),
    found: "rules[0].resourceNames",
  },
  "role-subjects": {
    pair: pair(rbac, "RoleBinding", {}, { subjects: [{ kind: "User", name: "eve" }] }),
    found: "subjects",
  },
  "service-reach": {
    pair: pair("v1", "Service", { spec: {} }, { spec: { externalIPs: ["1.2.3.4"], sessionAffinity: "None" } }),
    found: "spec.externalIPs",
  },
  "service-selector": {
    pair: pair(
      "v1",
      "Service",
      { spec: { selector: { app: "a" } } },
      { spec: { selector: { app: "a", version: "1" } } },
    ),
    found: "spec.selector.version",
  },
  "secret-data": { pair: pair("v1", "Secret", {}, { data: { north: "YQ==" }, type: "Opaque" }), found: "data.north" },
  "configuration-data": {
    pair: pair(
      "v1",
      "ConfigMap",
      { data: { mesh: "a" } },
      { data: { mesh: "a", meshNetworks: "b" }, immutable: false },
    ),
    found: "data.meshNetworks",
  },
  webhooks: {
    pair: pair(admission, "MutatingWebhookConfiguration", {}, { webhooks: [{ name: "a" }] }),
    found: "webhooks",
  },
  "webhook-selectors": {
    pair: pair(
      admission,
      "MutatingWebhookConfiguration",
      webhook({}),
      webhook({ timeoutSeconds: 10, objectSelector: { matchLabels: { a: "b" } } }),
    ),
    found: "webhooks[it.istio.io].objectSelector.matchLabels",
  },
  "webhook-conditions": {
    pair: pair(
      admission,
      "ValidatingWebhookConfiguration",
      webhook({}),
      webhook({ matchPolicy: "Equivalent", matchConditions: [{ name: "never", expression: "false" }] }),
    ),
    found: "webhooks[it.istio.io].matchConditions",
  },
  "istio-resources": {
    pair: pair(
      "security.istio.io/v1",
      "PeerAuthentication",
      { spec: { mtls: { mode: "STRICT" } } },
      { spec: { mtls: { mode: "STRICT" }, selector: { matchLabels: { a: "b" } } } },
    ),
    found: "spec.selector",
  },
};

function conversion(clientConfig: object): object {
  return { spec: { conversion: { webhook: { clientConfig } } } };
}

const found = ([applied, stands]: Pair, isScaled?: boolean): string[] =>
  compare(applied, stands, isScaled).map(({ path }) => pathText(path));

const page = readFileSync(join(repository, "docs/drift.md"), "utf8");

/** The page has a row for each, with the same reason. */
function assertDocumented(
  rows: readonly { readonly id: string; readonly reason: string; readonly source?: string }[],
): void {
  for (const { id, reason, source } of rows) {
    const row =
      page.split("\n").find((line) => line.startsWith(`| ${id} `)) ?? assert.fail(`docs/drift.md lacks ${id}`);
    assert.ok(row.includes(reason) && row.includes(source ?? ""), row);
  }
}

describe("what is no drift", () => {
  it("has a case for every rule", () => {
    assert.deepEqual(Object.keys(cases).sort(), ignoredRules.map(({ id }) => id).sort());
  });

  for (const [id, { counts, ignored, isScaled }] of Object.entries(cases)) {
    it(`passes over ${id}, and only that`, () => {
      assert.deepEqual(found(ignored, isScaled), []);
      assert.notDeepEqual(found(counts, isScaled), []);
    });
  }

  it("is documented, every rule with its reason and where that can be read", () => {
    assertDocumented(ignoredRules);
    assertDocumented(keptStrays);
  });
});

describe("what counts though nobody applied it", () => {
  it("has a case for every field", () => {
    assert.deepEqual(Object.keys(guarded).sort(), guardedFields.map(({ id }) => id).sort());
  });

  it("is documented", () => assertDocumented(guardedFields));

  for (const [id, { found: place, pair: objects }] of Object.entries(guarded)) {
    it(`is ${id}, and nothing beside it`, () => assert.deepEqual(found(objects), [place]));
  }
});
