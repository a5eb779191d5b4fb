import { clientVariable } from "./calls";
import type { CallWay } from "./hello-callers";
import { applyAll, kubectl } from "./lab-stack";

/** Helloworld's ports, as a global service has them: one for each protocol as a mesh takes it. */
export const helloPorts = {
  http: { port: 80, targetPort: 5000 },
  raw: { port: 81, targetPort: 5002, protocol: "TCP" },
  http2: { port: 82, targetPort: 5001 },
  grpc: { port: 83, targetPort: 5003 },
} as const;

/** A way in which it is called: by requests, which a proxy may send again, or by connections of plain TCP. */
export interface Way {
  readonly title: string;
  readonly way: CallWay;
  readonly port: number;
  readonly isRequest: boolean;
}

export const ways: readonly Way[] = [
  { title: "HTTP, new connections", way: "new connections", port: helloPorts.http.port, isRequest: true },
  { title: "HTTP, kept connection", way: "kept connection", port: helloPorts.http.port, isRequest: true },
  { title: "HTTP/2", way: "HTTP/2", port: helloPorts.http2.port, isRequest: true },
  { title: "gRPC", way: "gRPC", port: helloPorts.grpc.port, isRequest: true },
  { title: "TCP", way: "new connections", port: helloPorts.raw.port, isRequest: false },
];

/** By this variable the processes of the servers of a cluster are found on the machine. */
export const serverVariable = "ISTHMUS_ANSWERS_FROM";

/** A Deployment of helloworld that answers with its cluster's name. */
export interface HelloServer {
  readonly cluster: string;
  readonly namespace: string;
  /** Its name, the value of its pods' label `app`, and the name of their account and Service. */
  readonly name: string;
  readonly replicas: number;
}

/** Deploys servers and waits until they are ready. */
export async function deployServer(server: HelloServer): Promise<void> {
  await applyAll(server.cluster, serverObjects(server));
  await serversReady(server);
}

/** Waits until all of them are the newest ones and ready. */
export async function serversReady({ cluster, name, namespace }: Omit<HelloServer, "replicas">): Promise<void> {
  await kubectl(cluster, "-n", namespace, "rollout", "status", `deployment/${name}`, "--timeout=120s");
}

/** Scales servers and waits until they are ready, or gone. */
export async function scaleServers({ cluster, name, namespace, replicas }: HelloServer): Promise<void> {
  const where = ["-n", namespace] as const;
  await kubectl(cluster, ...where, "scale", `deployment/${name}`, `--replicas=${replicas}`);
  if (replicas > 0) await serversReady({ cluster, name, namespace });
  else await kubectl(cluster, ...where, "wait", "--for=delete", "pod", "-l", `app=${name}`, "--timeout=60s");
}

/** Replaces servers by new ones, and waits until those are ready. */
export async function restartServers({ cluster, name, namespace }: HelloServer): Promise<void> {
  await kubectl(cluster, "-n", namespace, "rollout", "restart", `deployment/${name}`);
  await serversReady({ cluster, name, namespace });
}

/** The name of the client's pod and of its container. */
const clientName = "client";

/** Deploys a client of which the process is found on this machine, and waits until it is ready. */
export async function deployClient(cluster: string, namespace: string): Promise<void> {
  await applyAll(cluster, [clientObject(cluster, namespace)]);
  await kubectl(cluster, "-n", namespace, "wait", "--for=condition=Ready", `pod/${clientName}`, "--timeout=120s");
}

/** Replaces the client by a new one. */
export async function replaceClient(cluster: string, namespace: string): Promise<void> {
  await kubectl(cluster, "-n", namespace, "delete", "pod", clientName, "--wait");
  await deployClient(cluster, namespace);
}

/** The address of a global name, the same for all of its ports and in every cluster. @param namespace Where its entry stands. */
export async function addressOf(cluster: string, namespace: string, host: string): Promise<string> {
  const entries = ["-n", namespace, "get", "serviceentries.networking.istio.io", "-o", "json"];
  const { items } = JSON.parse(await kubectl(cluster, ...entries)) as {
    readonly items: readonly { readonly spec: { readonly hosts: string[]; readonly addresses: string[] } }[];
  };
  const [address] = items.find(({ spec }) => spec.hosts.includes(host))?.spec.addresses ?? [];
  if (address === undefined) throw new RangeError(`no entry of ${host} in ${namespace} of ${cluster} has an address`);
  return address;
}

const annotations = { "sidecar.istio.io/proxyCPU": "10m" };

/** As a careful team has it: probed, with a Service, and at its end it goes on until nobody calls it any more. */
function serverObjects({ cluster, name, namespace, replicas }: HelloServer): object[] {
  const metadata = { namespace, name };
  const labels = { app: name };
  const targetPorts = [...new Set(Object.values(helloPorts).map(({ targetPort }) => targetPort))];
  const container = {
    name: "helloworld",
    image: "lab.local/istio/examples-helloworld-v1:1.0",
    imagePullPolicy: "IfNotPresent",
    env: [
      { name: "SERVICE_VERSION", value: cluster },
      { name: serverVariable, value: cluster },
    ],
    ports: targetPorts.map((containerPort) => ({ containerPort })),
    readinessProbe: { httpGet: { path: "/health", port: helloPorts.http.targetPort }, periodSeconds: 1 },
    lifecycle: { preStop: { sleep: { seconds: 4 } } },
  };
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata,
      spec: {
        selector: labels,
        ports: Object.entries(helloPorts).map(([protocol, { port, targetPort }]) => ({
          name: protocol === "raw" ? "tcp" : protocol,
          port,
          targetPort,
        })),
      },
    },
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata,
      spec: {
        replicas,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels, annotations },
          spec: { serviceAccountName: name, terminationGracePeriodSeconds: 15, containers: [container] },
        },
      },
    },
  ];
}

function clientObject(cluster: string, namespace: string): object {
  const container = {
    name: clientName,
    image: "lab.local/curl:lab",
    imagePullPolicy: "IfNotPresent",
    command: ["/bin/sleep", "infinity"],
    env: [{ name: clientVariable, value: cluster }],
  };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { namespace, name: clientName, labels: { app: clientName }, annotations },
    spec: { terminationGracePeriodSeconds: 1, containers: [container] },
  };
}
