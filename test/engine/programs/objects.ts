import { readFileSync } from "node:fs";
import * as k8s from "@pulumi/kubernetes";
import { secret } from "@pulumi/pulumi";

/** One object of every kind that Isthmus uses, in a namespace of its own. */
export interface ObjectsInput {
  readonly kubeconfigFile: string;
  readonly context: string;
  /** Stands at the end of the kubeconfig: the same cluster in other words. */
  readonly comment: string;
  readonly namespace: string;
  readonly network: string;
  readonly note: string;
  readonly setting: string;
  readonly verbs: readonly string[];
  readonly replicas: number;
  readonly image: string;
  /** A custom resource's field with the allowed values `STRICT` and `PERMISSIVE`. */
  readonly mode: string;
  readonly chart: string;
  readonly cpu: string;
  /** How long Helm and the Deployment may take. */
  readonly timeoutSeconds: number;
}

/** What the program's custom resource is. */
export const customResource = { group: "isthmus.test", version: "v1", kind: "Policy", plural: "policies" };

/** The objects, with every property that a test changes taken from the input. */
export default function objects(input: ObjectsInput): Record<string, unknown> {
  const provider = new k8s.Provider("cluster", {
    kubeconfig: secret(readFileSync(input.kubeconfigFile, "utf8") + input.comment),
    context: input.context,
    clusterIdentifier: input.context,
    enableSecretMutable: true,
  });
  const options = { provider };
  const scope = new k8s.core.v1.Namespace(
    "namespace",
    { metadata: { name: input.namespace, labels: { "topology.istio.io/network": input.network } } },
    options,
  );
  const namespace = scope.metadata.name;
  const note = new k8s.core.v1.Secret(
    "secret",
    // The identifier is known only after the namespace is: in a first preview this is unknown.
    { metadata: { name: "note", namespace }, stringData: { note: input.note, uid: scope.metadata.uid } },
    options,
  );
  const data = { setting: input.setting };
  new k8s.core.v1.ConfigMap("named", { metadata: { name: "named", namespace }, data }, options);
  new k8s.core.v1.ConfigMap("unnamed", { metadata: { namespace }, data }, options);
  const account = new k8s.core.v1.ServiceAccount("account", { metadata: { name: "reader", namespace } }, options);
  const annotations = { "kubernetes.io/service-account.name": account.metadata.name };
  const token = new k8s.core.v1.Secret(
    "token",
    { metadata: { name: "reader-token", namespace, annotations }, type: "kubernetes.io/service-account-token" },
    options,
  );
  const role = new k8s.rbac.v1.ClusterRole(
    "role",
    {
      metadata: { name: `${input.namespace}-reader` },
      rules: [{ apiGroups: [""], resources: ["pods"], verbs: [...input.verbs] }],
    },
    options,
  );
  new k8s.rbac.v1.ClusterRoleBinding(
    "binding",
    {
      metadata: { name: `${input.namespace}-reader` },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: role.metadata.name },
      subjects: [{ kind: "ServiceAccount", name: account.metadata.name, namespace }],
    },
    options,
  );
  const deployment = new k8s.apps.v1.Deployment(
    "deployment",
    {
      metadata: {
        name: "pause",
        namespace,
        annotations: { "pulumi.com/timeoutSeconds": String(input.timeoutSeconds) },
      },
      spec: {
        replicas: input.replicas,
        selector: { matchLabels: { app: "pause" } },
        template: {
          metadata: { labels: { app: "pause" } },
          spec: {
            terminationGracePeriodSeconds: 0,
            containers: [
              {
                name: "pause",
                image: input.image,
                imagePullPolicy: "Never",
                // In other words than the API server's: no difference.
                resources: { requests: { cpu: "0.01" } },
              },
            ],
          },
        },
      },
    },
    options,
  );
  const service = new k8s.core.v1.Service(
    "service",
    {
      metadata: { name: "pause", namespace },
      spec: { type: "LoadBalancer", selector: { app: "pause" }, ports: [{ port: 80 }] },
    },
    { provider, dependsOn: deployment },
  );
  new k8s.apiextensions.CustomResource(
    "policy",
    {
      apiVersion: `${customResource.group}/${customResource.version}`,
      kind: customResource.kind,
      metadata: { name: "policy", namespace },
      spec: { mtls: { mode: input.mode } },
    },
    options,
  );
  const release = new k8s.helm.v3.Release(
    "release",
    {
      chart: input.chart,
      name: "demo",
      namespace,
      timeout: input.timeoutSeconds,
      values: { image: input.image, resources: { requests: { cpu: input.cpu } }, password: secret("open-sesame") },
    },
    options,
  );
  const found = k8s.core.v1.Service.get("found", service.id, options);
  return {
    address: found.status.loadBalancer.ingress[0]?.ip,
    note: note.data,
    token: token.data,
    status: release.status,
  };
}
