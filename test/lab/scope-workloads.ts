import { applyAll, kubectl } from "./lab-stack";

/** At which its servers listen. */
export const scopePort = 5000;

/** Deploys the Service `shop` in a cluster, `far` in west alone, and clients in `web` and `quiet`; waits until they are ready. */
export async function deployScope(cluster: string): Promise<void> {
  await applyAll(cluster, manifests(cluster));
  await kubectl(cluster, "-n", "shop", "rollout", "status", "deployment", "shop", "--timeout=120s");
  await podReady(cluster, "web", "client");
  await podReady(cluster, "quiet", "client");
}

/** Waits until a pod is ready. */
export async function podReady(cluster: string, namespace: string, pod: string): Promise<void> {
  await kubectl(cluster, "-n", namespace, "wait", "--for=condition=Ready", "pod", pod, "--timeout=120s");
}

const annotations = { "sidecar.istio.io/proxyCPU": "10m" };

/** A pod that calls by curl. */
export function clientPod(namespace: string, name: string): object {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { namespace, name, labels: { app: name }, annotations },
    spec: {
      terminationGracePeriodSeconds: 1,
      containers: [
        {
          name: "client",
          image: "lab.local/curl:lab",
          imagePullPolicy: "IfNotPresent",
          command: ["/bin/sleep", "infinity"],
        },
      ],
    },
  };
}

function manifests(cluster: string): object[] {
  const shopLabels = { app: "shop" };
  const service = (name: string): object => ({
    apiVersion: "v1",
    kind: "Service",
    metadata: { namespace: "shop", name },
    spec: { ports: [{ name: "http", port: scopePort }], selector: shopLabels },
  });
  return [
    service("shop"),
    ...(cluster === "west" ? [service("far")] : []),
    {
      // Without connections that are used again: each call may go to another cluster.
      apiVersion: "networking.istio.io/v1",
      kind: "DestinationRule",
      metadata: { namespace: "shop", name: "shop" },
      spec: { host: "shop", trafficPolicy: { connectionPool: { http: { maxRequestsPerConnection: 1 } } } },
    },
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { namespace: "shop", name: "shop" },
      spec: {
        selector: { matchLabels: shopLabels },
        template: {
          metadata: { labels: shopLabels, annotations },
          spec: {
            terminationGracePeriodSeconds: 1,
            containers: [
              {
                name: "helloworld",
                image: "lab.local/istio/examples-helloworld-v1:1.0",
                imagePullPolicy: "IfNotPresent",
                env: [{ name: "SERVICE_VERSION", value: cluster }],
                ports: [{ containerPort: scopePort }],
                readinessProbe: { httpGet: { path: "/hello", port: scopePort }, periodSeconds: 1 },
              },
            ],
          },
        },
      },
    },
    clientPod("web", "client"),
    clientPod("quiet", "client"),
  ];
}
